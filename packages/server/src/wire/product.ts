/** API products, named as in RAM's events and endpoints. */
export type Product = 'Ims' | 'Ram' | 'Sts' | 'Actiontrail' | 'Claviger';
