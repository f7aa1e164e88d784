/** How a peer may write a secret that it was given, without meaning to: as a header, in JSON, in a URL, in base64. */

/** Every such form, the ones that contain others first. In base64 the letters that depend on the secret alone, wherever in a text it stands. */
export function formsOf(secret: string): readonly string[] {
  const json = (text: string): string => JSON.stringify(text).slice(1, -1);
  const inJson = json(secret);
  const inBase64 = [0, 1, 2].flatMap((before) => {
    const whole = Math.floor((before + Buffer.byteLength(secret)) / 3) * 4;
    return (['base64', 'base64url'] as const).map((encoding) => Buffer.from('\0'.repeat(before) + secret).toString(encoding).slice(before === 0 ? 0 : 4, whole));
  });
  // JSON that a peer quotes in its own JSON is escaped again.
  const forms = [json(json(inJson)), json(inJson), inJson, encodeURIComponent(secret), secret, ...inBase64.filter((form) => form.length >= 8)];
  return [...new Set(forms.flatMap((form) => [form.replaceAll('/', '\\/'), form]))];
}
