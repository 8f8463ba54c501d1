// The tokens of texts and queries, as exporter/search/tokens.py cuts them.
"use strict";

const guideTokens = (() => {
  const MOST = 30;
  const DENSE = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u19e0-\\u19ff\\u3005-\\u3007\\u3021-\\u3029\\u3031-\\u3035"
    + "\\u3038-\\u303c\\u3040-\\u30ff\\u3100-\\u318f\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua960-\\ua97f"
    + "\\ua9e0-\\ua9ff\\uaa60-\\uaa7f\\uac00-\\ud7ff\\uf900-\\ufaff\\u{1b000}-\\u{1b16f}\\u{20000}-\\u{3ffff}";
  const RUNS = new RegExp(`[${DENSE}]+|[^ ${DENSE}]+`, "gu"), IS_DENSE = new RegExp(`^[${DENSE}]`, "u");
  const OTHERS = /[^\p{L}\p{N}\p{M}]+/gu, NOT_ASCII = /[^\0-\x7f]/;
  const DROPPED = new RegExp("[\\u00ad\\u0300-\\u036f\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u061c\\u0640\\u064b-\\u065f\\u0670"
    + "\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed\\u180b-\\u180d\\u200b-\\u200f\\u202a-\\u202e\\u2060\\u20dd-\\u20e4\\u2066-\\u2069\\ufe00-\\ufe0f\\ufeff"
    + "\\u{e0100}-\\u{e01ef}]+", "gu");
  const FOLDED = {
    "ß": "ss", "ς": "σ", "ı": "i", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h",
    "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ک": "ك",
  };
  for (const zero of [0x660, 0x6f0]) for (let digit = 0; digit < 10; digit++) FOLDED[String.fromCharCode(zero + digit)] = String(digit);
  const FOLDS = new RegExp(`[${Object.keys(FOLDED).join("")}]`, "gu");

  const fold = text => text.normalize("NFKD").toLowerCase().replace(DROPPED, "").replace(FOLDS, sign => FOLDED[sign]).replace(OTHERS, " ").normalize("NFC");
  const ARTICLE = /^(?:[وفبك]?ال|لل)(?=..)/u;
  const bare = word => cut(word.replace(ARTICLE, ""));
  const cut = word => word.length > MOST ? [...word].slice(0, MOST).join("") : word;
  const pairs = run => [...run].map((sign, at, all) => sign + (all[at + 1] || ""));

  function tokens(text) {
    if (!NOT_ASCII.test(text)) return (text.toLowerCase().match(/[a-z0-9]+/g) || []).map(cut);
    return (fold(text).match(RUNS) || []).flatMap(run => IS_DENSE.test(run) ? pairs(run) : [bare(run)]);
  }

  // What a query asks for: a character on its own of a script without spaces stands for all pairs that begin with it.
  function wanted(text) {
    const found = new Map();
    for (const run of fold(text).match(RUNS) || []) {
      const dense = IS_DENSE.test(run), all = dense ? pairs(run) : [bare(run)];
      for (const token of all.length > 1 ? all.slice(0, -1) : all) found.set(token, {token, dense, single: dense && all.length === 1});
    }
    return [...found.values()];
  }

  return {fold, tokens, wanted};
})();
