export interface Explanation { readonly command: string }
