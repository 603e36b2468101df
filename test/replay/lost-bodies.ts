// Request bodies the recorder did not keep as they were sent: it wrote down the parsed JSON, in which large integers,
// exponents and doubled keys are gone. The answers recorded for them tell what had been sent.

export const lostBodies: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "http-2.jsonl": {
    125: '{"big":123456789012345678901234567890}',
    127: '{"i":9007199254740993,"d":1.10,"e":1e3,"z":0,"f":0.1}',
    129: '{"a":1,"a":2}',
  },
};
