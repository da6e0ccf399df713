const PORT = /^[1-9]\d{0,4}$/;

/** Whether the text is a port in its canonical spelling, 1 to 65535. */
export function isPort(text: string): boolean {
  return PORT.test(text) && Number(text) <= 65_535;
}
