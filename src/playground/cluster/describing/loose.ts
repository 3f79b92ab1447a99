/** An object of the API whose fields are read without a form. */
export type Loose = { [field: string]: Loose } & Loose[];
