/** Every check beyond the schema, in no order that matters: problems are sorted by place. */
import type { Rule } from "../check/examination.ts";
import { colourCarriesWhiteText, logoIsThere } from "./branding.ts";
import { allowedRegionsLieWhereDataMayRest, awsRegionCanHoldEveryDataClass } from "./cloud-regions.ts";
import { reachedHostsAreRegistered } from "./endpoints.ts";
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
import {
  articlesExist,
  dataCentresHoldKnownZones,
  offersReferToBandsAndSectors,
  overridesAreOfStandardQuestions,
} from "./references.ts";
import { crossBorderRulesAgree, nothingHasRunOut, offersAreOpen, transfersAreAllowed } from "./residency.ts";
import { scaleGrows, sitesHaveBothCoordinates, sizeBandsFollowEachOther } from "./scale.ts";
import { holidaysStandOnce, retentionGrowsWithCoarseness, shiftsDoNotOverlap } from "./telemetry.ts";
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
