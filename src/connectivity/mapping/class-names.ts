/** The names of an engine: its alias, and that of Ditto's class, as older connections have it. */
export const engineNames = (alias: string, className: string): readonly [string, string] => [
  alias,
  `org.eclipse.ditto.connectivity.service.mapping.${className}`,
];
