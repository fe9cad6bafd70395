// Files that shared/serverless/gzip.cjs embeds (`with { type: 'gzip' }`).
declare module 'swagger-ui-dist/swagger-ui-bundle.js' {
  const base64: string;
  export default base64;
}
declare module 'swagger-ui-dist/swagger-ui.css' {
  const base64: string;
  export default base64;
}
