/** What `npm test` tells the journeys: addresses, firms, people. */
import fs from "node:fs";
import { lane } from "./lane";

interface Person {
  email: string;
  password: string;
  role: string;
}
interface Firm {
  name: string;
  phoneNumberId: string;
  displayPhone: string;
  accessToken: string;
  users: Person[];
}

/** One of the launcher's settings. @throws Error that says how to run the journeys */
export const given = (name: string): string => {
  const value = lane()[name] ?? process.env[name];
  if (!value) throw new Error(`${name} is not set: run the journeys by "npm test -- --only e2e"`);
  return value;
};

export const webUrl = given("BASE_URL");
export const sandboxUrl = given("SANDBOX_URL");

const seed = given("E2E_SEED");
const { organisations } = JSON.parse(seed.trimStart().startsWith("{") ? seed : fs.readFileSync(seed, "utf8")) as {
  organisations: Firm[];
};

/** The first firm: the law office. */
export const firm = ((): Firm => {
  const [first] = organisations;
  if (!first) throw new Error("the seed holds no organisation");
  return first;
})();

/** The second firm: the travel agency. */
export const otherFirm = ((): Firm => {
  const second = organisations[1];
  if (!second) throw new Error("the seed holds one organisation only");
  return second;
})();

/** The first firm's access token at the provider. */
export const tokenOfFirm = firm.accessToken;

export function personOf(role: string): Person {
  const found = firm.users.find((user) => user.role === role);
  if (!found) throw new Error(`the seed holds no ${role}`);
  return found;
}
