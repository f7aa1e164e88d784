/** Style sheets are bundled beside the script; an import has no value. */
declare module '*.css';
