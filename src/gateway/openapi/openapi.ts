// The parts of OpenAPI 3.1 that the document is made of.

export type Schema = Readonly<Record<string, unknown>>;

export interface Reference {
  readonly $ref: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: true;
  readonly description: string;
  readonly schema?: Schema;
  /** For values that are JSON. */
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly style?: string;
  readonly explode?: boolean;
}

export interface Content {
  readonly [mediaType: string]: { readonly schema: Schema };
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Reference>>;
  readonly content?: Content;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly [string];
  readonly parameters?: readonly Reference[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer | Reference>>;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

export type HttpMethod = "get" | "put" | "post" | "patch" | "delete";
export type PathItem = { readonly [method in HttpMethod]?: Operation } & {
  readonly parameters?: readonly Reference[];
};

/** A reference to a schema of the wire, or to another component. */
export const schemaRef = (name: string): Schema & Reference => ({ $ref: `#/components/schemas/${name}` });
export const componentRef = (kind: string, name: string): Reference => ({
  $ref: `#/components/${kind}/${name}`,
});

export const json = (schema: string): Content => ({ "application/json": { schema: schemaRef(schema) } });
