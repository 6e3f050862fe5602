// The door to preact and its signals: the page's components import these words from here.
export { render, Fragment, type ComponentChildren } from 'preact';
export { useEffect, useRef, useState } from 'preact/hooks';
