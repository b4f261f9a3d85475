/** Every check beyond the schema. Their order has no effect: problems are sorted by place. */
import type { Rule } from "../check/examination.ts";
import { backupAuthorityIsOne } from "./backup-authority.ts";
import { logoIsThere, whiteTextIsReadable } from "./branding.ts";
import { factsAreChecked } from "./checked-facts.ts";
import { allowedRegionsMayStoreData, awsRegionCanHoldEveryDataClass } from "./cloud-regions.ts";
import { reachedHostsAreRegistered } from "./endpoints.ts";
import { factsAreTheCountrys } from "./foreign-facts.ts";
import {
  certificatesHaveASource,
  overlaysLeaveTheCountryAlone,
  replicasAreInOrder,
  stateHasAPlace,
  storageIsChosenOnce,
  targetHasItsSettings,
} from "./hosting.ts";
import { extraQuestionsAreNew, identifiersAreUnique } from "./identifiers.ts";
import { diagnosticLanguagesAreOffered, textsAreInTheLanguages } from "./languages.ts";
import { productionHasNoPlaceholders } from "./placeholders.ts";
import { clusterZonesAreWhereDataMayBe, hostsAreWhereTheirNamesSay } from "./provider-regions.ts";
import {
  articlesExist,
  dataCentresHoldKnownZones,
  offersReferToTheProgramme,
  overridesAreOfStandardQuestions,
} from "./references.ts";
import {
  crossBorderRulesAgree,
  lawsAreInForce,
  nothingHasExpired,
  offersAreOpen,
  transfersAreAllowed,
} from "./residency.ts";
import { scaleGrows, sitesHaveBothCoordinates, sizeBandsFollowEachOther } from "./scale.ts";
import { holidaysAreUnique, retentionGrowsWithCoarseness, shiftsDoNotOverlap } from "./telemetry.ts";
import {
  currencyIsTheCountrys,
  fileIsNamedForTheCountry,
  regionsAreTheCountrys,
  timeZoneIsTheCountrys,
} from "./territory.ts";

export const rules: readonly Rule[] = [
  timeZoneIsTheCountrys,
  currencyIsTheCountrys,
  regionsAreTheCountrys,
  fileIsNamedForTheCountry,
  factsAreTheCountrys,
  factsAreChecked,
  diagnosticLanguagesAreOffered,
  textsAreInTheLanguages,
  identifiersAreUnique,
  extraQuestionsAreNew,
  articlesExist,
  offersReferToTheProgramme,
  overridesAreOfStandardQuestions,
  dataCentresHoldKnownZones,
  sizeBandsFollowEachOther,
  scaleGrows,
  sitesHaveBothCoordinates,
  shiftsDoNotOverlap,
  holidaysAreUnique,
  retentionGrowsWithCoarseness,
  crossBorderRulesAgree,
  transfersAreAllowed,
  reachedHostsAreRegistered,
  nothingHasExpired,
  lawsAreInForce,
  offersAreOpen,
  allowedRegionsMayStoreData,
  awsRegionCanHoldEveryDataClass,
  clusterZonesAreWhereDataMayBe,
  hostsAreWhereTheirNamesSay,
  targetHasItsSettings,
  certificatesHaveASource,
  stateHasAPlace,
  storageIsChosenOnce,
  replicasAreInOrder,
  backupAuthorityIsOne,
  overlaysLeaveTheCountryAlone,
  productionHasNoPlaceholders,
  logoIsThere,
  whiteTextIsReadable,
];
