// The only import of preact and htm: every module of the page imports `html` from here.
// Whatever htm interpolates becomes a text node or a property, never markup.
import { Component, h, render } from "./vendor/preact.js";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendor/hooks.js";
import htm from "./vendor/htm.js";

export const html = htm.bind(h);
export { Component, h, render, useEffect, useLayoutEffect, useMemo, useRef, useState };

/** A component that renders again only when one of its properties has changed. */
export function memo(view) {
  return class extends Component {
    shouldComponentUpdate(next) {
      const now = this.props;
      return Object.keys(next).some((key) => !Object.is(next[key], now[key]));
    }
    render(props) {
      return h(view, props);
    }
  };
}
