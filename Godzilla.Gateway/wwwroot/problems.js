import { ApiError } from "./api.js";
import { LinkLost, Refused } from "./hub.js";
import { t } from "./texts.js";

/** What went wrong, for a person. */
export function problem(error) {
  if (error instanceof LinkLost || (error instanceof ApiError && error.status === 0)) {
    return t("noAnswer");
  }

  if (error instanceof ApiError && error.status === 429 && error.retryAfter) {
    return t("tooMuch", { count: error.retryAfter });
  }

  if (error instanceof ApiError && error.status >= 500) {
    return t("troubleNow");
  }

  if (error instanceof Refused || error instanceof ApiError || error instanceof Error) {
    return error.message; // The server's words are for people, too.
  }

  throw error;
}
