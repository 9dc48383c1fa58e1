/** Days that deleted users and AccessKeys stay in the recycle bin, as in RAM. The console's texts name the number, too. */
export const RECYCLE_BIN_DAYS = 30;
