/**
 * Ports that are never dialed: system ports (0 to 1023; RFC 6335, section 6) of services for login,
 * mail, files, directories and routing, where a stranger's connection looks like an attack and an
 * HTTP request could be taken for commands. Names are those of the IANA Service Name and Transport
 * Protocol Port Number Registry; the choice follows the blocked ports of the WHATWG Fetch standard
 * ("port blocking"), and adds SMB. Every user port is allowed: proxies listen on any of them.
 */
export const DENIED_PORTS: ReadonlyMap<number, string> = new Map([
  [20, 'ftp-data'],
  [21, 'ftp'],
  [22, 'ssh'],
  [23, 'telnet'],
  [25, 'smtp'],
  [110, 'pop3'],
  [111, 'sunrpc'],
  [119, 'nntp'],
  [135, 'epmap'],
  [137, 'netbios-ns'],
  [138, 'netbios-dgm'],
  [139, 'netbios-ssn'],
  [143, 'imap'],
  [161, 'snmp'],
  [179, 'bgp'],
  [389, 'ldap'],
  [427, 'svrloc'],
  [445, 'microsoft-ds'],
  [465, 'submissions'],
  [512, 'exec'],
  [513, 'login'],
  [514, 'shell'],
  [515, 'printer'],
  [548, 'afpovertcp'],
  [563, 'nntps'],
  [587, 'submission'],
  [601, 'syslog-conn'],
  [636, 'ldaps'],
  [873, 'rsync'],
  [989, 'ftps-data'],
  [990, 'ftps'],
  [992, 'telnets'],
  [993, 'imaps'],
  [995, 'pop3s'],
]);
