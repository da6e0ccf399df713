/**
 * What lists write besides the English names of `Intl`: official names, former ones and short forms.
 * Keys are as `keyOf` makes them.
 */
const ALIASES: Readonly<Record<string, string>> = {
  bolivia: 'BO',
  boliviaplurinationalstateof: 'BO',
  bruneidarussalam: 'BN',
  burma: 'MM',
  caboverde: 'CV',
  congo: 'CG',
  congothedemocraticrepublicof: 'CD',
  czechrepublic: 'CZ',
  democraticpeoplesrepublicofkorea: 'KP',
  democraticrepublicofcongo: 'CD',
  democraticrepublicofthecongo: 'CD',
  drcongo: 'CD',
  easttimor: 'TL',
  england: 'GB',
  greatbritain: 'GB',
  holland: 'NL',
  hongkong: 'HK',
  iranislamicrepublicof: 'IR',
  islamicrepublicofiran: 'IR',
  ivorycoast: 'CI',
  korea: 'KR',
  korearepublicof: 'KR',
  koreasouth: 'KR',
  laopeoplesdemocraticrepublic: 'LA',
  libyanarabjamahiriya: 'LY',
  macao: 'MO',
  macau: 'MO',
  macedonia: 'MK',
  moldovarepublicof: 'MD',
  myanmar: 'MM',
  palestine: 'PS',
  palestinestateof: 'PS',
  republicofkorea: 'KR',
  republicofmoldova: 'MD',
  republicofthecongo: 'CG',
  russianfederation: 'RU',
  stateofpalestine: 'PS',
  swaziland: 'SZ',
  syrianarabrepublic: 'SY',
  taiwanprovinceofchina: 'TW',
  tanzaniaunitedrepublicof: 'TZ',
  turkey: 'TR',
  uae: 'AE',
  uk: 'GB',
  unitedrepublicoftanzania: 'TZ',
  unitedstatesofamerica: 'US',
  us: 'US',
  usa: 'US',
  vatican: 'VA',
  venezuelabolivarianrepublicof: 'VE',
};
/** Names that `Intl` knows although no proxy stands there. */
const NO_COUNTRIES = new Set(['EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);
/** The longest text that is looked up, in UTF-16 units. */
const MAX_NAME_LENGTH = 64;
const LETTERS = Array.from({ length: 26 }, (_, at) => String.fromCharCode(0x41 + at));
/** The first of the two letters that make a flag: Unicode, "Regional Indicator Symbols". */
const FIRST_INDICATOR = 0x1f1e6;

const FLAG = /\p{RI}/u;

interface CountryTable {
  readonly codes: ReadonlySet<string>;
  readonly byName: ReadonlyMap<string, string>;
}

let table: CountryTable | null = null;

/** Whether the text is an ISO 3166-1 alpha-2 code that is in use, in upper case. */
function isCountryCode(text: string): boolean {
  table ??= createTable();
  return table.codes.has(text);
}

/**
 * The code of a country: of its code, its flag, its English name, or a name with its code, as in
 * `Germany (DE)` and `DE - Germany`.
 *
 * @returns ISO 3166-1 alpha-2, upper case; null when the text names no country
 */
export function countryCodeOf(text: string): string | null {
  if (text.length < 2 || text.length > MAX_NAME_LENGTH) return null;
  if (text.length === 2) return isCountryCode(text.toUpperCase()) ? text.toUpperCase() : null;
  if (/\d/.test(text)) return null;
  table ??= createTable();
  const code = FLAG.test(text) ? codeOfFlag(text) : table.byName.get(keyOf(text));
  if (code !== undefined) return code;
  const [, before, , after] =
    /^([A-Z]{2}\b)?\s*[-:,(]?\s*([^()]*?)\s*[-:,(]?\s*([A-Z]{2})?\)?$/.exec(text) ?? [];
  const named = before ?? after;
  if (named === undefined || !isCountryCode(named)) return null;
  const name = text.replace(named, '');
  return table.byName.get(keyOf(name)) === named ? named : null;
}

/** The code of the flag in the text, if there is nothing else that is a letter. */
function codeOfFlag(text: string): string | undefined {
  const [, first, second] = /^[^\p{L}\p{RI}]*(\p{RI})(\p{RI})[^\p{L}\p{RI}]*$/u.exec(text) ?? [];
  if (first === undefined || second === undefined) return undefined;
  const code = [first, second]
    .map((sign) => LETTERS[(sign.codePointAt(0) ?? 0) - FIRST_INDICATOR])
    .join('');
  return isCountryCode(code) ? code : undefined;
}

/** Node maps codes to names; this is the way back, built once, in about 2 ms. */
function createTable(): CountryTable {
  const names = new Intl.DisplayNames('en', { type: 'region' });
  const codes = new Set<string>();
  const byName = new Map(Object.entries(ALIASES));
  for (const code of LETTERS.flatMap((first) => LETTERS.map((second) => first + second))) {
    const name = names.of(code) ?? code;
    const isOwn = new Intl.Locale(`und-${code}`).region === code;
    if (name === code || !isOwn || NO_COUNTRIES.has(code)) continue;
    codes.add(code);
    byName.set(keyOf(name), code);
  }
  return { codes, byName };
}

/** A name without case, accents, signs and article. */
function keyOf(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/^\s*the\s/, '')
    .replaceAll('&', 'and')
    .replaceAll(/\bsaint\b/g, 'st')
    .replaceAll(/[^\p{L}]/gu, '');
}
