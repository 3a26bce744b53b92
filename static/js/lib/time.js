/* Moments as this reader's clock shows them. */
const timeZone = document.documentElement.dataset.zone || undefined;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", timeZone });

const date = new Intl.DateTimeFormat("en-CA", { timeZone });

export function at(moment) {
  const then = new Date(moment);
  const today = date.format(then) === date.format(new Date());
  return today ? clock.format(then) : `${day.format(then)}, ${clock.format(then)}`;
}
