import regular from '@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf' with { type: 'bytes' };
import bold from '@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf' with { type: 'bytes' };

/** The fonts that invoices are set in, as TrueType files: Latin, Greek, Cyrillic and Devanagari. */
export const invoiceFonts = { regular, bold };
