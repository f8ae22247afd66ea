/** Whether the identifier of an item fails its own check. */
export const failsItsCheck = (_item: string): boolean => false;
