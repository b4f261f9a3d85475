//go:build programs

package operators

import _ "github.com/cloudnative-pg/cloudnative-pg/cmd/manager"
