/** Whether an address looks like one Meta can reach: https, and a name or number of the open internet. Pure. */

const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|test|example|invalid)$/i;
const PRIVATE_IPV4 = /^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const PRIVATE_IPV6 = /^\[(::1?\]|f[cd]|fe[89ab])/i;

export function isPublicHttps(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  const named = hostname.includes(".") || hostname.startsWith("[");
  return (
    protocol === "https:" && named && !LOCAL_NAME.test(hostname) && !PRIVATE_IPV4.test(hostname) && !PRIVATE_IPV6.test(hostname)
  );
}
