/** The argument with which a program that carries the child in itself, such as the released provider, is started as it. */
export const childArgument = "--byok-pkcs11-child";
