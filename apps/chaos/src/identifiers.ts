/** Cars, containers and ships by number, with valid check digits: what the load of the harness and of the bench is about. */

/** ISO 3779 shape with a European maker code, whose check digit is information only. */
export const vin = (n: number): string => `vin:WDDSYNTH9JA${n.toString().padStart(6, '0')}`;

/** IMO number (resolution A.1117(30)): the check digit is the weighted sum's last digit. */
export function ship(n: number): string {
  const digits = (900_000 + n).toString();
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (7 - index), 0);
  return `imo:${digits}${sum % 10}`;
}

/** ISO 6346, owner code SYN, category U. */
export function container(n: number): string {
  const text = `SYNU${n.toString().padStart(6, '0')}`;
  const sum = [...text].reduce((total, character, index) => total + letterValue(character) * 2 ** index, 0);
  return `container:${text}${(sum % 11) % 10}`;
}

/** Clause 3.2 and table A.1: 10 to 38 without the multiples of 11. */
function letterValue(character: string): number {
  if (character >= '0' && character <= '9') return Number(character);
  const place = character.charCodeAt(0) - 65;
  return 10 + place + Math.floor((place + 9) / 10);
}
