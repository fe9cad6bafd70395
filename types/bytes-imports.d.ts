// Files that esbuild embeds as bytes (`with { type: 'bytes' }`).
declare module '*.ttf' {
  const bytes: Uint8Array;
  export default bytes;
}
