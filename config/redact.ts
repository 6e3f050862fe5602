// Takes credentials out of text before it reaches a log, an error, a process list or the feed.
const urlUserInfo = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"<>]*@/gi;
const authHeader = /\b((?:proxy-)?authorization\s*:\s*)[^\r\n]*/gi;
/** Some cameras put the login into the address itself: `?user=admin&password=…`. */
const queryLogin = /([?&](?:user|username|usr|pass|passwd|password|pwd|token|auth)=)[^&\s'"<>]*/gi;
const wsPassword = /(<(?:\w+:)?Password\b[^>]*>)[^<]*/gi;

/** The text with the user info and login parameters of URLs, Authorization headers and WS-Security passwords replaced by `***`. */
export function redact(text: string): string {
  return text
    .replace(urlUserInfo, '$1***@')
    .replace(authHeader, '$1***')
    .replace(wsPassword, '$1***')
    .replace(queryLogin, '$1***');
}
