/** A member of this name is the text by which an object of a template's context prints itself; it shows nowhere else. */
export const textOfObject = "__str__";
