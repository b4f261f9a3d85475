/**
 * Machines that are typical of each division of manufacturing (ISIC Rev. 4, 10 to 33), with round figures in the range
 * of what such machines do in small plants. They make simulated factories look plausible; nothing is computed from them.
 */

export interface Measurement {
  readonly channel: string;
  /** Values that it approaches while the machine produces, and while it does not. */
  readonly producing: number;
  readonly resting: number;
  /** Standard deviation around that. */
  readonly noise: number;
  /** Time constant in seconds: two thirds of a change happen within it. */
  readonly inertiaSeconds: number;
}

export interface MachineType {
  readonly kind: string;
  readonly plannedRunTimePerItem: number;
  /** Kilowatts while producing, and while ready. */
  readonly power: { readonly producing: number; readonly resting: number };
  /** Share of items. */
  readonly scrapRate: number;
  readonly hoursBetweenFailures: number;
  readonly minutesToRepair: number;
  readonly hoursBetweenSetups: number;
  readonly setupMinutes: number;
  readonly measurements: readonly Measurement[];
}

export interface Division {
  readonly name: string;
  readonly machines: readonly MachineType[];
}

const measured =
  (channel: string, resting: number, noiseShare: number, inertiaSeconds: number) =>
  (producing: number): Measurement => ({
    channel,
    producing,
    resting,
    noise: Math.abs(producing - resting) * noiseShare,
    inertiaSeconds,
  });

const oil = measured("temperature", 24, 0.015, 1200);
const chilled = (producing: number): Measurement => ({ ...oil(producing), resting: 8, noise: 0.3 });
const pressure = measured("pressure", 0, 0.02, 20);
const vibration = measured("vibration", 0.2, 0.08, 5);
const speed = measured("speed", 0, 0.01, 15);
const current = measured("current", 0.5, 0.05, 3);

function machine(
  kind: string,
  plannedRunTimePerItem: number,
  [producing, resting]: readonly [number, number],
  scrapRate: number,
  [hoursBetweenFailures, minutesToRepair]: readonly [number, number],
  [hoursBetweenSetups, setupMinutes]: readonly [number, number],
  measurements: readonly Measurement[],
): MachineType {
  return {
    kind,
    plannedRunTimePerItem,
    power: { producing, resting },
    scrapRate,
    hoursBetweenFailures,
    minutesToRepair,
    hoursBetweenSetups,
    setupMinutes,
    measurements,
  };
}

const lathe = machine("lathe", 95, [9, 1.4], 0.021, [38, 40], [5, 24], [vibration(2.4), speed(1800)]);
const mill = machine("milling machine", 210, [14, 2], 0.018, [42, 50], [6, 30], [vibration(1.9), oil(41)]);
const press = machine("punch press", 2.4, [18, 3], 0.009, [30, 25], [4, 18], [pressure(140), vibration(4.2)]);
const welder = machine("welding robot", 62, [12, 0.8], 0.024, [55, 35], [8, 20], [current(180), oil(38)]);
const moulder = machine(
  "injection moulder",
  28,
  [32, 5],
  0.026,
  [46, 55],
  [9, 42],
  [oil(215), pressure(160)],
);
const extruder = machine("extruder", 7.5, [45, 8], 0.031, [60, 70], [14, 50], [oil(190), speed(85)]);
const packer = machine(
  "packaging machine",
  1.6,
  [4.5, 0.6],
  0.008,
  [16, 9],
  [4, 14],
  [speed(38), current(9)],
);
const sewer = machine(
  "sewing machine",
  48,
  [0.6, 0.1],
  0.027,
  [22, 12],
  [4, 10],
  [speed(4200), vibration(1.1)],
);
const kiln = machine("kiln", 34, [85, 12], 0.035, [140, 160], [40, 90], [oil(1120), pressure(0.3)]);
const printer = machine("printing press", 0.45, [26, 4], 0.019, [28, 20], [3, 22], [speed(140), oil(33)]);
const reactor = machine("mixing reactor", 75, [22, 3], 0.011, [120, 80], [12, 45], [oil(82), pressure(3.4)]);
const saw = machine("panel saw", 38, [11, 1], 0.016, [44, 22], [5, 12], [vibration(3.3), current(24)]);
const furnace = machine(
  "melting furnace",
  26,
  [160, 24],
  0.028,
  [90, 120],
  [20, 60],
  [oil(760), current(210)],
);
const placer = machine(
  "placement machine",
  14,
  [3.2, 0.7],
  0.007,
  [40, 18],
  [4, 28],
  [vibration(0.9), oil(31)],
);
const tester = machine("test bench", 140, [5, 0.9], 0.013, [110, 45], [9, 15], [current(13), oil(29)]);

/** By ISIC Rev. 4 division. */
const divisions: Readonly<Record<string, Division>> = {
  "10": {
    name: "food products",
    machines: [
      machine(
        "oven",
        5.5,
        [42, 9],
        0.017,
        [70, 45],
        [8, 25],
        [oil(228), measured("humidity", 40, 0.02, 300)(18)],
      ),
      machine("mixer", 21, [7.5, 0.8], 0.006, [80, 30], [3, 16], [current(16), chilled(14)]),
      machine("filling line", 1.9, [8, 1.2], 0.012, [20, 11], [5, 20], [pressure(2.6), chilled(6)]),
      packer,
    ],
  },
  "11": {
    name: "beverages",
    machines: [
      machine("bottling line", 0.9, [16, 2.5], 0.01, [18, 12], [6, 26], [pressure(3.1), chilled(5)]),
      machine("labeller", 0.9, [2.2, 0.4], 0.007, [14, 7], [6, 9], [speed(66), current(5)]),
      packer,
    ],
  },
  "12": {
    name: "tobacco products",
    machines: [packer, machine("cutter", 3, [9, 1], 0.02, [35, 20], [8, 15], [speed(320), vibration(2.8)])],
  },
  "13": {
    name: "textiles",
    machines: [
      machine("loom", 58, [3.4, 0.5], 0.023, [12, 8], [18, 55], [speed(420), vibration(3.6)]),
      machine(
        "ring spinner",
        16,
        [21, 3],
        0.015,
        [9, 5],
        [24, 40],
        [speed(14500), measured("humidity", 48, 0.02, 600)(58)],
      ),
      machine("dyeing machine", 95, [28, 4], 0.034, [75, 60], [4, 35], [oil(98), pressure(2.2)]),
    ],
  },
  "14": {
    name: "wearing apparel",
    machines: [
      sewer,
      machine("cutting table", 31, [3.8, 0.6], 0.012, [60, 24], [2, 9], [vibration(1.4), current(8)]),
      machine("steam press", 26, [6.5, 1.8], 0.009, [85, 25], [3, 6], [oil(148), pressure(4.2)]),
    ],
  },
  "15": {
    name: "leather and footwear",
    machines: [
      sewer,
      machine("clicking press", 8.5, [4, 0.5], 0.022, [48, 20], [3, 8], [pressure(95), vibration(2.1)]),
      machine("lasting machine", 24, [5.5, 0.9], 0.018, [34, 22], [3, 12], [oil(92), pressure(6)]),
    ],
  },
  "16": {
    name: "wood products",
    machines: [
      saw,
      machine("planer", 17, [15, 1.5], 0.014, [50, 26], [4, 14], [vibration(4.4), current(29)]),
      machine(
        "drying kiln",
        240,
        [24, 4],
        0.02,
        [160, 110],
        [48, 60],
        [oil(68), measured("humidity", 55, 0.02, 1800)(14)],
      ),
    ],
  },
  "17": {
    name: "paper products",
    machines: [
      machine("corrugator", 2.8, [75, 11], 0.029, [24, 24], [4, 18], [oil(165), speed(180)]),
      machine("die cutter", 1.3, [13, 2], 0.015, [30, 16], [2, 20], [pressure(110), vibration(3)]),
      packer,
    ],
  },
  "18": {
    name: "printing",
    machines: [
      printer,
      machine("folder", 0.8, [5, 0.7], 0.013, [26, 10], [2, 14], [speed(210), vibration(1.8)]),
    ],
  },
  "19": { name: "coke and refined petroleum", machines: [reactor, packer] },
  "20": {
    name: "chemicals",
    machines: [
      reactor,
      machine(
        "dryer",
        44,
        [38, 5],
        0.009,
        [110, 70],
        [16, 30],
        [oil(118), measured("humidity", 35, 0.02, 600)(6)],
      ),
      machine("filling line", 4.2, [6, 0.9], 0.008, [24, 14], [5, 22], [pressure(2), current(12)]),
    ],
  },
  "21": {
    name: "pharmaceuticals",
    machines: [
      machine("tablet press", 0.12, [7, 1], 0.006, [36, 25], [10, 75], [pressure(88), vibration(1.6)]),
      machine("blister packer", 0.8, [5.5, 0.9], 0.011, [17, 12], [8, 40], [oil(132), speed(55)]),
    ],
  },
  "22": {
    name: "rubber and plastics",
    machines: [
      moulder,
      extruder,
      machine("blow moulder", 11, [38, 6], 0.022, [40, 45], [12, 48], [oil(188), pressure(32)]),
    ],
  },
  "23": {
    name: "glass, ceramics and stone",
    machines: [
      kiln,
      machine("block press", 13, [30, 4], 0.024, [34, 28], [9, 24], [pressure(175), vibration(5.5)]),
      machine("glazing line", 6.5, [8, 1.2], 0.028, [42, 20], [6, 18], [pressure(3.8), speed(24)]),
    ],
  },
  "24": {
    name: "basic metals",
    machines: [
      furnace,
      machine("rolling mill", 18, [120, 18], 0.02, [32, 40], [8, 35], [oil(64), vibration(6.2)]),
    ],
  },
  "25": {
    name: "fabricated metal products",
    machines: [
      lathe,
      mill,
      press,
      welder,
      machine("laser cutter", 44, [24, 4], 0.012, [58, 48], [2, 8], [oil(22), pressure(16)]),
    ],
  },
  "26": {
    name: "electronics",
    machines: [
      placer,
      machine("reflow oven", 19, [16, 3], 0.01, [95, 40], [6, 24], [oil(246), speed(0.8)]),
      tester,
    ],
  },
  "27": {
    name: "electrical equipment",
    machines: [
      machine("coil winder", 52, [2.8, 0.4], 0.015, [44, 16], [4, 14], [speed(2600), current(6)]),
      moulder,
      tester,
    ],
  },
  "28": {
    name: "machinery",
    machines: [
      mill,
      lathe,
      welder,
      machine("grinder", 160, [10, 1.3], 0.014, [48, 36], [6, 22], [vibration(1.2), speed(2900)]),
    ],
  },
  "29": { name: "motor vehicle parts", machines: [press, welder, moulder, lathe, tester] },
  "30": {
    name: "transport equipment",
    machines: [
      welder,
      mill,
      machine("paint booth", 320, [26, 5], 0.019, [100, 50], [7, 28], [oil(58), pressure(4)]),
    ],
  },
  "31": {
    name: "furniture",
    machines: [
      saw,
      machine("edge bander", 23, [9, 1.6], 0.017, [36, 18], [3, 11], [oil(182), speed(18)]),
      machine("boring machine", 29, [6, 0.8], 0.011, [52, 22], [3, 10], [vibration(2.2), speed(3400)]),
    ],
  },
  "32": { name: "other products", machines: [moulder, packer, tester] },
  "33": { name: "repair and installation", machines: [lathe, welder, tester] },
};

/** A division outside manufacturing gets machines that are common everywhere. */
export function divisionOf(sector: string): Division {
  return divisions[sector] ?? { name: `division ${sector}`, machines: [packer, tester] };
}
