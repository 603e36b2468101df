// A policy and its parts, as src/policies/model.ts takes and gives them.

import { type TSchema, Type } from "typebox";
import { named } from "./json.ts";
import { policyOnRequest } from "./things.ts";

const optional = (name: string) => Type.Optional(named(name));

/** An object of members of one kind. */
const byName = (pattern: string, member: TSchema, description: string) =>
  Type.Object({}, { description, propertyNames: { pattern }, additionalProperties: member });

const noControls = "[^\\u0000-\\u001f\\u007f-\\u00ff]";
const duration = (description: string, pattern: string) =>
  Type.Optional(Type.String({ description, pattern, examples: ["10m"] }));
const anyDuration = "^\\+?[0-9]{1,15}(?:ms|s|m|h|d|w|mo|y)?$";

/** A pattern for labels: those that begin with 'imported' or 'nsimported' are the server's own. */
export const labelPattern = "^(?!imported|nsimported)[^/\\u0000-\\u001f\\u007f-\\u00ff]+$";
const placeholder = `${noControls}*\\{\\{${noControls}*\\}\\}${noControls}*`;
const withAddress = `(?:(?!://)${noControls})*://[^:\\u0000-\\u001f\\u007f-\\u00ff]*:${noControls}+`;
const withoutAddress = `(?!${noControls}*://)[^:\\u0000-\\u001f\\u007f-\\u00ff]+:${noControls}+`;
/** A pattern for subject IDs: an issuer, which may be an address, a colon and a subject; or a placeholder. */
export const subjectPattern = `^(?:${placeholder}|${withAddress}|${withoutAddress})$`;
/** A pattern for resource keys. */
export const resourcePattern = `^(?!${noControls}*//)[^:\\u0000-\\u001f\\u007f-\\u00ff]+:${noControls}*$`;

const permissionNames = (description: string) =>
  Type.Array(Type.String({ examples: ["READ", "WRITE"] }), { description });

const policyMembers = {
  policyId: optional("PolicyId"),
  imports: optional("PolicyImports"),
  entries: optional("PolicyEntries"),
};

export const policySchemas = {
  NewPolicy: Type.Object(policyMembers, {
    description: "A policy to be created or put in the place of another; unknown members are left out.",
  }),
  Policy: Type.Object(
    {
      ...policyMembers,
      entries: Type.Optional(
        byName(
          `^${noControls}+$`,
          named("PolicyEntry"),
          "Entries by their label, in the resolved view imported ones too.",
        ),
      ),
      ...policyOnRequest,
    },
    { description: "A policy, or what of it was selected and may be seen." },
  ),
  PolicyEntries: byName(labelPattern, named("PolicyEntry"), "Entries by their label."),
  PolicyEntry: Type.Object(
    {
      subjects: optional("Subjects"),
      resources: optional("Resources"),
      namespaces: optional("Namespaces"),
      importable: optional("Importable"),
      allowedAdditions: optional("AllowedAdditions"),
      references: optional("References"),
    },
    { description: "What its subjects may do with its resources." },
  ),
  Subjects: byName(subjectPattern, named("Subject"), "Subjects by their ID."),
  Subject: Type.Object(
    {
      type: Type.String({ description: "What the subject is, for people.", minLength: 1 }),
      expiry: Type.Optional(
        Type.String({
          description: "When the subject loses what it was granted; rounded up as the server is configured.",
          format: "date-time",
          pattern:
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$",
        }),
      ),
      announcement: optional("SubjectAnnouncement"),
    },
    { description: "Somebody who speaks to the server." },
  ),
  SubjectAnnouncement: Type.Object(
    {
      beforeExpiry: duration(
        "How long before its expiry a subject is told of it.",
        "^\\+?[0-9]{1,15}[smh]?$",
      ),
      whenDeleted: Type.Optional(Type.Boolean({ description: "Whether a subject is told of its removal." })),
      requestedAcks: Type.Optional(
        Type.Object(
          {
            labels: Type.Optional(Type.Array(Type.String({ pattern: "^[a-zA-Z0-9_:-]{3,165}$" }))),
            timeout: duration("How long to wait for the acknowledgements.", anyDuration),
          },
          { description: "The acknowledgements that an announcement asks for." },
        ),
      ),
      randomizationInterval: duration("Over which time announcements are spread.", anyDuration),
    },
    { description: "What a subject is told about its end." },
  ),
  Resources: byName(
    resourcePattern,
    named("Permissions"),
    "Permissions by resource, such as 'thing:/attributes'.",
  ),
  Permissions: Type.Object(
    {
      grant: permissionNames("What is allowed here and below."),
      revoke: permissionNames("What is not, though it was granted above."),
    },
    { description: "Permissions on a resource; READ, WRITE and EXECUTE mean something to the server." },
  ),
  Importable: Type.String({
    description: "Whether importing policies get an entry by themselves, when they name it, or never.",
    enum: ["implicit", "explicit", "never"],
  }),
  Namespaces: Type.Array(named("NamespacePattern"), {
    description: "The namespaces in which an entry counts; none stands for all.",
  }),
  AllowedAdditions: Type.Array(Type.String({ enum: ["subjects", "resources", "namespaces"] }), {
    description: "What an importing policy may add to an entry.",
  }),
  References: Type.Array(
    Type.Object({
      import: optional("PolicyId"),
      entry: Type.String({ description: "Label of an entry.", pattern: labelPattern }),
    }),
    {
      description: "Other entries, of this policy or of an imported one, whose content an entry takes over.",
    },
  ),
  PolicyImports: Type.Object(
    {},
    {
      description: "The policies of which entries are taken over, by their IDs.",
      propertyNames: named("PolicyId"),
      additionalProperties: named("PolicyImport"),
    },
  ),
  PolicyImport: Type.Object(
    {
      entries: optional("ImportedLabels"),
      transitiveImports: optional("TransitiveImports"),
    },
    { description: "What is taken over of an imported policy." },
  ),
  ImportedLabels: Type.Array(Type.String({ pattern: labelPattern }), {
    description: "Labels of entries that are taken over beside those that are implicitly.",
  }),
  TransitiveImports: Type.Array(named("PolicyId"), {
    description: "Imports of the imported policy that are resolved as well.",
  }),
};
