// Times and dates as people say them: "halv elleve", "the twenty-fourth of November". Voices
// read "10.30" as "ti punktum tretti". A test compares the times with accounts/spoken.py.
const SPOKEN = {
  nb: {
    numbers: "null ett to tre fire fem seks sju åtte ni ti elleve tolv tretten fjorten",
    minute: ["minutt", "minutter"],
    atNight: "om natta",
    inEvening: "om kvelden",
    at: "klokka ",
    from: "fra",
    to: "til",
    weekdays: "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    months: "januar februar mars april mai juni juli august september oktober november desember",
    ordinals:
      "første andre tredje fjerde femte sjette sjuende åttende niende tiende ellevte tolvte " +
      "trettende fjortende femtende sekstende syttende attende nittende tjuende tjueførste " +
      "tjueandre tjuetredje tjuefjerde tjuefemte tjuesjette tjuesjuende tjueåttende tjueniende " +
      "trettiende trettiførste",
  },
  nn: {
    numbers: "null eitt to tre fire fem seks sju åtte ni ti elleve tolv tretten fjorten",
    minute: ["minutt", "minutt"],
    atNight: "om natta",
    inEvening: "om kvelden",
    at: "klokka ",
    from: "frå",
    to: "til",
    weekdays: "måndag tysdag onsdag torsdag fredag laurdag søndag",
    months: "januar februar mars april mai juni juli august september oktober november desember",
    ordinals:
      "første andre tredje fjerde femte sjette sjuande åttande niande tiande ellevte tolvte " +
      "trettande fjortande femtande sekstande syttande attande nittande tjuande tjueførste " +
      "tjueandre tjuetredje tjuefjerde tjuefemte tjuesjette tjuesjuande tjueåttande tjueniande " +
      "trettiande trettiførste",
  },
  en: {
    numbers:
      "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen " +
      "fifteen sixteen seventeen eighteen nineteen twenty twenty-one twenty-two twenty-three " +
      "twenty-four twenty-five twenty-six twenty-seven twenty-eight twenty-nine",
    minute: ["minute", "minutes"],
    atNight: "at night",
    inEvening: "in the evening",
    at: "at ",
    from: "from",
    to: "to",
    weekdays: "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    months:
      "January February March April May June July August September October November December",
    ordinals:
      "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth " +
      "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth " +
      "twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth " +
      "twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first",
  },
};
const HOUR = "([01]?\\d|2[0-3])";
const MINUTE = "[.:]([0-5]\\d)";
// No part of a date, an amount or a phone number.
const ALONE = { before: "(?<![\\d.:,])", after: "(?![.:]?\\d)" };

function spokenHour(t, hour) {
  return t.numbers.split(" ")[((hour + 11) % 12) + 1];
}

function spokenMinutes(t, minutes) {
  if (minutes === 15) return t === SPOKEN.en ? "quarter" : "kvart";
  const number = t.numbers.split(" ")[minutes];
  return minutes % 5 ? `${number} ${t.minute[minutes === 1 ? 0 : 1]}` : number;
}

// Minutes are counted from the nearest whole or half hour.
function norwegianTime(t, hour, minute) {
  const half = `halv ${spokenHour(t, hour + 1)}`;
  if (minute === 0) return `klokka ${spokenHour(t, hour)}`;
  if (minute <= 15) return `${spokenMinutes(t, minute)} over ${spokenHour(t, hour)}`;
  if (minute < 30) return `${spokenMinutes(t, 30 - minute)} på ${half}`;
  if (minute === 30) return half;
  if (minute < 45) return `${spokenMinutes(t, minute - 30)} over ${half}`;
  return `${spokenMinutes(t, 60 - minute)} på ${spokenHour(t, hour + 1)}`;
}

function englishTime(t, hour, minute) {
  if (minute === 0) return `${spokenHour(t, hour)} o’clock`;
  if (minute === 30) return `half past ${spokenHour(t, hour)}`;
  if (minute < 30) return `${spokenMinutes(t, minute)} past ${spokenHour(t, hour)}`;
  return `${spokenMinutes(t, 60 - minute)} to ${spokenHour(t, hour + 1)}`;
}

function partOfDay(t, hour) {
  if (hour < 6) return ` ${t.atNight}`;
  return hour >= 18 ? ` ${t.inEvening}` : "";
}

function spokenTime(hour, minute, language) {
  const t = SPOKEN[language];
  const time = (language === "en" ? englishTime : norwegianTime)(t, hour, minute);
  return time + partOfDay(t, hour);
}

// Without the part of the day where the text that follows says it.
function timeBefore(rest, hour, minute, language) {
  const said = spokenTime(Number(hour), Number(minute), language);
  const part = partOfDay(SPOKEN[language], Number(hour));
  const isSaid = part && rest.replace(/^[\s,]+/, "").startsWith(part.trim());
  return isSaid ? said.slice(0, -part.length) : said;
}

function spokenRanges(text, language) {
  const t = SPOKEN[language];
  const clock = `${HOUR}(?:${MINUTE})?`;
  const range = new RegExp(`${ALONE.before}(?:${t.at})?${clock}–${clock}${ALONE.after}`, "gi");
  return text.replace(range, (found, hour, minute, endHour, endMinute, offset) => {
    if (!minute && !endMinute) return found; // "1–2 days"
    const part = partOfDay(t, Number(endHour));
    const start = timeBefore(part, hour, minute ?? 0, language);
    const rest = text.slice(offset + found.length);
    return `${t.from} ${start} ${t.to} ${timeBefore(rest, endHour, endMinute ?? 0, language)}`;
  });
}

function spokenTimes(text, language) {
  const clock = `${ALONE.before}(${SPOKEN[language].at})?${HOUR}${MINUTE}${ALONE.after}`;
  return text.replace(new RegExp(clock, "gi"), (found, at, hour, minute, offset) => {
    const rest = text.slice(offset + found.length);
    const said = timeBefore(rest, hour, minute, language);
    return at && !said.startsWith(at.toLowerCase()) ? at + said : said;
  });
}

function spokenDates(text, language) {
  const t = SPOKEN[language];
  const [ordinals, months, weekdays] = [t.ordinals, t.months, t.weekdays].map((one) => one.split(" "));
  // "nov" and "november", "tir" and "tirsdag": the beginning of one is enough.
  const any = (names) => names.map((one) => `${one.slice(0, 3)}[a-zæøå]*`).join("|");
  const day = language === "en" ? "(\\d\\d?)" : "(\\d\\d?)\\.";
  const dates = new RegExp(`(?:\\b(${any(weekdays)}),? )?\\b${day} (${any(months)})\\b\\.?`, "gi");
  const whole = (names, found) =>
    names.find((one) => one.toLowerCase().startsWith(found.toLowerCase()));
  return text.replace(dates, (found, weekday, number, month) => {
    const name = whole(months, month);
    const ordinal = ordinals[number - 1];
    if (!name || !ordinal) return found;
    const said = language === "en" ? `the ${ordinal} of ${name}` : `${ordinal} ${name}`;
    return weekday ? `${whole(weekdays, weekday) ?? weekday} ${said}` : said;
  });
}

// The text as it is said. In other languages it is left as it is.
function asSpoken(text, language) {
  if (!SPOKEN[language]) return text;
  const rules = [spokenDates, spokenRanges, spokenTimes];
  return rules.reduce((said, rule) => rule(said, language), text);
}
