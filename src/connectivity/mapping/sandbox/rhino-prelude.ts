// What scripts written for Rhino find beyond JavaScript, in the language of the sandbox.

/** The global that translated scripts lean on. */
export const RHINO = "$rhino";

/** Makes Rhino's own globals and methods. Evaluated as a script, before any other. */
export const rhinoGlobals = `
(function (global) {
  'use strict';
  const { apply, ownKeys } = Reflect;
  const { isArray } = Array;
  function define(object, name, value) {
    Object.defineProperty(object, name, { value: value, writable: true, configurable: true, enumerable: false });
  }

  // Methods of texts and lists can be called with the text or list in front.
  function generics(constructor, names) {
    for (const name of names.split(' ')) {
      const method = constructor.prototype[name];
      define(constructor, name, function (self, ...rest) { return apply(method, self, rest); });
    }
  }
  define(String.prototype, 'equals', function equals(other) { return String(this) === String(other); });
  define(String.prototype, 'equalsIgnoreCase', function equalsIgnoreCase(other) {
    return String(this).toUpperCase() === String(other).toUpperCase();
  });
  generics(String, 'charAt charCodeAt concat equalsIgnoreCase indexOf lastIndexOf localeCompare match replace replaceAll search slice ' +
    'split substr substring toLocaleLowerCase toLowerCase toUpperCase');
  generics(Array, 'concat every filter find findIndex findLast findLastIndex forEach indexOf join lastIndexOf map pop push reduce ' +
    'reduceRight reverse shift slice some sort splice unshift');

  // Iterators end by throwing StopIteration; for…in asks an object's __iterator__ for one.
  const StopIteration = { toString: function () { return '[object StopIteration]'; } };
  Object.defineProperty(StopIteration, Symbol.hasInstance, { value: function (one) { return one === StopIteration; } });
  class LegacyIterator {
    constructor(object, keysOnly) {
      const items = (function* () {
        for (const name in object) {
          const key = isArray(object) ? Number(name) : name;
          yield keysOnly ? key : [key, object[name]];
        }
      })();
      define(this, 'next', function () {
        const { done, value } = items.next();
        if (done) throw StopIteration;
        return value;
      });
    }
    __iterator__() { return this; }
    toString() { return '[object Iterator]'; }
  }
  function legacyIterator(object, keysOnly) {
    if (object === null || object === undefined) throw new TypeError('Cannot iterate over ' + object);
    const { __iterator__ } = object;
    if (typeof __iterator__ === 'function') return apply(__iterator__, object, [Boolean(keysOnly)]);
    return new LegacyIterator(Object(object), Boolean(keysOnly));
  }
  const Iterator = new Proxy(global.Iterator, {
    apply: function (target, self, [object, keysOnly]) { return legacyIterator(object, keysOnly); },
    construct: function (target, [object, keysOnly], made) {
      return made === Iterator ? legacyIterator(object, keysOnly) : Reflect.construct(target, [], made);
    },
  });

  function* walk(object, keysOnly, itemOf) {
    if (object === null || object === undefined) return;
    if (typeof object.__iterator__ !== 'function') {
      for (const name in object) yield itemOf(name, object);
      return;
    }
    const iterator = object.__iterator__(keysOnly);
    while (true) {
      let item;
      try {
        item = iterator.next();
      } catch (end) {
        if (end === StopIteration) return;
        throw end;
      }
      yield item;
    }
  }
  const own = {
    each: (object) => walk(object, false, (name) => object[name]),
    pairs: (object) => walk(object, false, (name) => [name, object[name]]),
    in: (object) => walk(object, true, (name) => name),
    of: (object) => object,
    bind: (values, body) => body(...values),
    list: function (resultOf, loops, test) {
      const made = [];
      function run(values) {
        if (values.length < loops.length) {
          const [kind, of] = loops[values.length];
          for (const value of own[kind](of(...values))) run([...values, value]);
        } else if (!test || test(...values)) made[made.length] = resultOf(...values);
      }
      run([]);
      return made;
    },
  };

  // Values as the source of what makes them.
  function quoted(text) {
    const escapes = { '\\n': '\\\\n', '\\r': '\\\\r', '\\t': '\\\\t', '\\b': '\\\\b', '\\f': '\\\\f', '\\v': '\\\\v', '"': '\\\\"', '\\\\': '\\\\\\\\' };
    return '"' + text.replace(/[^ !#-[\\]-~]/g, function (one) {
      const code = one.charCodeAt(0).toString(16);
      return escapes[one] || (code.length > 2 ? '\\\\u' + code.padStart(4, '0') : '\\\\x' + code.padStart(2, '0'));
    }) + '"';
  }
  function sourceOfList(list, around) {
    const parts = [];
    for (let i = 0; i < list.length; i++) parts[i] = i in list ? sourceOf(list[i], around) : '';
    return '[' + parts.join(', ') + ']';
  }
  function sourceOfObject(object, around) {
    const name = (key) => (/^[\\w$]+$/.test(key) ? key : "'" + quoted(key).slice(1, -1).replace(/'/g, "\\\\'") + "'");
    const parts = Object.keys(object).map((key) => name(key) + ':' + sourceOf(object[key], around));
    return '{' + parts.join(', ') + '}';
  }
  function sourceOf(value, around) {
    if (typeof value === 'string') return quoted(value);
    if (Object.is(value, -0)) return '-0';
    if (value === null || typeof value !== 'object') return String(value);
    if (around.includes(value)) return isArray(value) ? '[]' : '{}';
    const own = value.toSource;
    if (typeof own === 'function' && own !== toSource) return String(own.call(value));
    if (isArray(value)) return sourceOfList(value, [...around, value]);
    if (value instanceof Date) return '(new Date(' + value.getTime() + '))';
    if (value instanceof RegExp) return String(value);
    if (value instanceof Error) return '(new ' + value.name + '(' + quoted(String(value.message)) + ', ""))';
    for (const wrapper of [String, Number, Boolean])
      if (value instanceof wrapper) return '(new ' + wrapper.name + '(' + sourceOf(value.valueOf(), around) + '))';
    const source = sourceOfObject(value, [...around, value]);
    return around.length === 0 ? '(' + source + ')' : source;
  }
  function toSource() {
    return sourceOf(Object(this), []);
  }
  function toSourceOfFunction() {
    return String(this);
  }

  define(Object.prototype, 'toSource', toSource);
  define(Function.prototype, 'toSource', toSourceOfFunction);
  define(global, 'uneval', function uneval(value) { return sourceOf(value, []); });
  define(global, 'Iterator', Iterator);
  define(global, 'StopIteration', StopIteration);
  define(global, 'global', global);
  Object.defineProperty(global, '${RHINO}', { value: Object.freeze(own) });
})(globalThis);
`;

/** Whether a script asks `RegExp` for what was found last. */
export const asksRegExp = (script: string): boolean =>
  /\bRegExp\s*(?:\.\s*(?:\$[1-9&_+]|lastMatch|lastParen|leftContext|rightContext|input\b)|\[)/.test(script);

/** Makes `RegExp.$1` and its like; matching becomes slower by it. */
export const regExpGlobals = `
(function () {
  'use strict';
  const { apply } = Reflect;
  const { exec } = RegExp.prototype;
  let last = { 0: '', length: 1, index: 0, input: '' };
  Object.defineProperty(RegExp.prototype, 'exec', {
    writable: true,
    configurable: true,
    value: function (text) {
      const found = apply(exec, this, [text]);
      if (found !== null) last = { ...found, length: found.length };
      return found;
    },
  });
  function define(names, get) {
    for (const name of names) Object.defineProperty(RegExp, name, { get: get, configurable: true });
  }
  for (let i = 1; i <= 9; i++) define(['$' + i], () => last[i] ?? '');
  define(['lastMatch', '$&'], () => last[0]);
  define(['lastParen', '$+'], () => (last.length > 1 ? last[last.length - 1] ?? '' : ''));
  define(['leftContext', '$\`'], () => last.input.slice(0, last.index));
  define(['rightContext', "$'"], () => last.input.slice(last.index + last[0].length));
  define(['input', '$_'], () => last.input);
})();
`;
