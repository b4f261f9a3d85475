/** Programs, classes and controllers that put a network of somebody else in front of the stack, or open a way around its gateway. */

/** Last part of an image's repository, or first word of a command, by what it opens. */
const programs: Readonly<Record<string, string>> = {
  "a tunnel of Cloudflare":
    "cloudflared cloudflare-ingress-controller cloudflare-operator cloudflare-tunnel-ingress-controller argo-tunnel warp warp-svc",
  "a tunnel of ngrok": "ngrok ngrok-operator kubernetes-ingress-controller-ngrok ngrok-ingress-controller",
  "a network of Tailscale":
    "tailscale tailscaled tailscale-operator k8s-operator-tailscale containerboot headscale derper",
  "a network of NetBird": "netbird netbird-client wiretrustee",
  "a network of ZeroTier": "zerotier zerotier-one zerotier-containerized",
  "a network of Twingate": "connector twingate-connector kubernetes-operator-twingate",
  "a network of Netmaker": "netclient netmaker",
  "a network of Nebula or Tinc": "nebula tinc tincd innernet n2n edge-n2n hamachi logmein-hamachi",
  "a tunnel of inlets": "inlets inlets-pro inlets-operator inlets-client",
  "a tunnel of zrok or OpenZiti": "zrok ziti ziti-edge-tunnel ziti-tunnel ziti-router ziti-host",
  "a tunnel of Teleport": "teleport teleport-distroless tbot teleport-kube-agent teleport-operator",
  "a tunnel of Pomerium or Boundary": "pomerium pomerium-zero boundary boundary-worker",
  "a tunnel of StrongDM or Border0": "sdm-relay sdm-proxy strongdm border0 border0-connector",
  "a reverse tunnel":
    "frpc frps frp chisel bore bore-cli localtunnel lt rathole gost pagekite pagekite.py sish serveo expose tunnelto jprq loophole pinggy playit playit-agent portmap localxpose loclx packetriot pktriot holesail wstunnel go-http-tunnel tunnel-client webhookrelayd relayd-webhookrelay smee smee-client hookdeck hookdeck-cli piko ktunnel telebit localhost.run beeceptor srv.us boringproxy octelium pangolin newt fosrl-newt jumpserver-tunnel",
  "a tunnel over SSH":
    "autossh sshuttle sshd openssh-server docker-openssh-server dropbear sshpiper tmate upterm ttyd wetty gotty shellinabox",
  "a proxy that hides where traffic goes":
    "tor torproxy i2p i2pd v2ray v2ray-core xray xray-core trojan trojan-go shadowsocks shadowsocks-libev shadowsocks-rust ss-local sing-box hysteria clash mihomo privoxy dante dante-server microsocks 3proxy",
  "a private network of somebody else":
    "openvpn openvpn-client gluetun wireguard wg-quick wg-easy wireguard-go boringtun softether vpnclient openconnect strongswan",
  "an editor that is open from outside": "code-tunnel devtunnel code-server openvscode-server vscode-cli",
  "remote access of a vendor":
    "teamviewer anydesk rustdesk meshagent meshcentral shellhub shellhub-agent remote.it remoteit dwservice dwagent splashtop",
  "traffic of other clusters":
    "telepresence traffic-manager skupper-router submariner-gateway submariner-routeagent liqo-gateway mirrord",
};

export const tunnelPrograms: ReadonlyMap<string, string> = new Map(
  Object.entries(programs).flatMap(([what, names]) => names.split(" ").map((name) => [name, what] as const)),
);

/** Variables by which such programs sign in. */
export const tunnelVariables =
  /^(TUNNEL_(TOKEN|CRED_FILE|HOSTNAME|URL|ID)|CLOUDFLARED_.*|CF_TUNNEL_.*|NGROK_.*|TS_(AUTHKEY|AUTH_KEY|STATE_DIR|KUBE_SECRET|HOSTNAME|EXTRA_ARGS)|TAILSCALE_.*|ZROK_.*|ZITI_.*|TWINGATE_.*|NB_SETUP_KEY|NETBIRD_.*|ZEROTIER_.*|INLETS_.*|FRP_.*|FRPC_.*|PANGOLIN_.*|NEWT_(ID|SECRET)|PINGGY_.*|TELEPORT_(AUTH|JOIN|PROXY).*|SDM_.*|BORDER0_.*|OCTELIUM_.*)$/;

/** A shell that opens a way in through a machine outside. */
export const reverseShell =
  /\bssh\b[^\n|;&]{0,200}\s-[a-zA-Z]*R\b|\bsocat\b[^\n|;&]{0,200}\bTCP\d?:[^\n]{0,200}\bEXEC|\bnc\b[^\n|;&]{0,80}\s-e\b|\/dev\/tcp\//i;

/** Class of an Ingress, a Gateway or a load balancer, or name of its controller, by what it puts in front. */
const classes: readonly (readonly [name: RegExp, what: string])[] = [
  [/cloudflare|cf-tunnel|argo-tunnel|strrl\.dev/i, "Cloudflare's network"],
  [/ngrok/i, "a tunnel of ngrok"],
  [/tailscale/i, "a network of Tailscale"],
  [
    /inlets|zrok|ziti\b|openziti|twingate|netbird|zerotier|frp\b|chisel|teleport|pomerium-zero|pangolin|playit|localtunnel|border0|tunnel/i,
    "a tunnel",
  ],
  [
    /akamai|fastly|cloudfront|cdn77|bunny|imperva|incapsula|stackpath|edgio|gcore|azion|front-?door|global-?accelerator|\bcdn\b/i,
    "a content network",
  ],
  [
    /^gce$|^k8s\.io\/ingress-gce$|^gke-l7-(gxlb|global-external)|^networking\.gke\.io\/gateway$|-mc$/,
    "Google's edge, which ends TLS near the visitor",
  ],
];

export const classEdge = (name: string): string | undefined => classes.find(([sign]) => sign.test(name))?.[1];
