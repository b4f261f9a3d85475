/** Every check beyond the schema, in no order that matters: problems are sorted by place. */
import type { Rule } from "./examination.ts";
import { colourCarriesWhiteText, logoIsThere } from "./rules/branding.ts";
import { allowedRegionsLieWhereDataMayRest, awsRegionCanHoldEveryDataClass } from "./rules/cloud-regions.ts";
import { reachedHostsAreRegistered } from "./rules/endpoints.ts";
import {
  certificatesHaveASource,
  overlaysLeaveTheCountryAlone,
  replicasAreInOrder,
  stateHasAPlace,
  storageIsChosenOnce,
  targetHasItsSettings,
} from "./rules/hosting.ts";
import { extraQuestionsAreNew, identifiersAreUnique } from "./rules/identifiers.ts";
import { diagnosticLanguagesAreOffered, textsAreInTheLanguages } from "./rules/languages.ts";
import { productionHasNoPlaceholders } from "./rules/placeholders.ts";
import {
  articlesExist,
  dataCentresHoldKnownZones,
  offersReferToBandsAndSectors,
  overridesAreOfStandardQuestions,
} from "./rules/references.ts";
import {
  crossBorderRulesAgree,
  nothingHasRunOut,
  offersAreOpen,
  transfersAreAllowed,
} from "./rules/residency.ts";
import { scaleGrows, sitesHaveBothCoordinates, sizeBandsFollowEachOther } from "./rules/scale.ts";
import { holidaysStandOnce, retentionGrowsWithCoarseness, shiftsDoNotOverlap } from "./rules/telemetry.ts";
import {
  currencyIsTheCountrys,
  fileIsNamedForTheCountry,
  regionsAreTheCountrys,
  timeZoneIsTheCountrys,
} from "./rules/territory.ts";

export const rules: readonly Rule[] = [
  timeZoneIsTheCountrys,
  currencyIsTheCountrys,
  regionsAreTheCountrys,
  fileIsNamedForTheCountry,
  diagnosticLanguagesAreOffered,
  textsAreInTheLanguages,
  identifiersAreUnique,
  extraQuestionsAreNew,
  articlesExist,
  offersReferToBandsAndSectors,
  overridesAreOfStandardQuestions,
  dataCentresHoldKnownZones,
  sizeBandsFollowEachOther,
  scaleGrows,
  sitesHaveBothCoordinates,
  shiftsDoNotOverlap,
  holidaysStandOnce,
  retentionGrowsWithCoarseness,
  crossBorderRulesAgree,
  transfersAreAllowed,
  reachedHostsAreRegistered,
  nothingHasRunOut,
  offersAreOpen,
  allowedRegionsLieWhereDataMayRest,
  awsRegionCanHoldEveryDataClass,
  targetHasItsSettings,
  certificatesHaveASource,
  stateHasAPlace,
  storageIsChosenOnce,
  replicasAreInOrder,
  overlaysLeaveTheCountryAlone,
  productionHasNoPlaceholders,
  logoIsThere,
  colourCarriesWhiteText,
];
