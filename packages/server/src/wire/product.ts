/** The products that are spoken, by the names RAM gives them in events and endpoints. */
export type Product = 'Ims' | 'Ram' | 'Sts' | 'Actiontrail' | 'Claviger';
