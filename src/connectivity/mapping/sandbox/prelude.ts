// What scripts find in the sandbox, written in the language of the sandbox (connectivity-mapping page, helper functions).

/** Makes `Ditto` and the functions that count where a script has none of its own. Evaluated as a script. */
export const helpers = `
(function (global) {
  function define(name, value) {
    Object.defineProperty(global, name, { value: value, writable: true, configurable: true, enumerable: false });
  }
  function topicOf(namespace, name, group, channel, criterion, action) {
    if (channel === 'none') return namespace + '/' + name + '/' + group + '/' + criterion + '/' + action;
    return namespace + '/' + name + '/' + group + '/' + channel + '/' + criterion + '/' + action;
  }
  define('Ditto', {
    buildDittoProtocolMsg: function (namespace, name, group, channel, criterion, action, path, headers, value, status, extra) {
      const message = { topic: topicOf(namespace, name, group, channel, criterion, action), path: path, headers: headers, value: value };
      if (status !== undefined) message.status = status;
      if (extra !== undefined) message.extra = extra;
      return message;
    },
    buildTopic: topicOf,
    buildExternalMsg: function (headers, textPayload, bytePayload, contentType) {
      return { headers: headers, textPayload: textPayload, bytePayload: bytePayload, contentType: contentType };
    },
    arrayBufferToString: function (buffer) {
      const bytes = new Uint8Array(buffer);
      let text = '';
      for (let at = 0; at < bytes.length; at += 8192)
        text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192));
      return text;
    },
    stringToArrayBuffer: function (text) {
      const bytes = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
      return bytes.buffer;
    },
    asByteBuffer: function (buffer) {
      return dcodeIO.ByteBuffer.wrap(new Uint8Array(buffer));
    },
  });
  define('mapToDittoProtocolMsg', function (headers, textPayload, bytePayload, contentType) {
    if (contentType === 'application/vnd.eclipse.ditto+json') return JSON.parse(textPayload);
    if (contentType !== 'application/octet-stream') return null;
    try {
      return JSON.parse(Ditto.arrayBufferToString(bytePayload));
    } catch (error) {
      return null;
    }
  });
  define('mapToDittoProtocolMsgWrapper', function (message) {
    return mapToDittoProtocolMsg(message.headers, message.textPayload, message.bytePayload, message.contentType);
  });
  define('mapFromDittoProtocolMsg', function (namespace, name, group, channel, criterion, action, path, headers, value, status, extra) {
    const message = Ditto.buildDittoProtocolMsg(namespace, name, group, channel, criterion, action, path, headers, value, status, extra);
    return Ditto.buildExternalMsg(headers, JSON.stringify(message), null, 'application/vnd.eclipse.ditto+json');
  });
  define('mapFromDittoProtocolMsgWrapper', function (message) {
    const parts = message.topic.split('/');
    const at = hasChannel(parts[2]) ? 4 : 3;
    return mapFromDittoProtocolMsg(
      parts[0], parts[1], parts[2], at === 4 ? parts[3] : 'none', parts[at], parts[at + 1],
      message.path, message.headers, message.value, message.status, message.extra);
  });
  define('hasChannel', function (group) {
    return group === 'things';
  });
})(globalThis);
`;

/**
 * Gives the functions by which the server reaches the scripts. What they use of the language they take before any script runs, so that
 * nothing a script does to it reaches them.
 */
export const bridge = `
(function () {
  'use strict';
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const { apply } = Reflect;
  const { isView } = ArrayBuffer;
  const { String, TypeError, Uint8Array, DataView } = globalThis;
  const byteLength = getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;
  const usual = globalThis.mapToDittoProtocolMsgWrapper;
  let kept = [];
  let made;
  let state;

  function elements(list) {
    const all = [];
    for (let i = 0; i < list.length; i++) if (i in list) all[all.length] = list[i];
    return all;
  }

  function isBuffer(value) {
    try {
      apply(byteLength, value, []);
      return true;
    } catch (error) {
      return false;
    }
  }

  function bytesOf(value) {
    if (value === null || typeof value !== 'object') return undefined;
    if (isBuffer(value)) return value;
    const isList = isArray(value) || (isView(value) && !(value instanceof DataView));
    return isList ? new Uint8Array(elements(value)).buffer : undefined;
  }

  function headersOf(given) {
    const headers = {};
    if (given === undefined || given === null) return headers;
    if (typeof given !== 'object' || isArray(given)) throw new TypeError("'headers' of the external message is no object.");
    for (const name in given) {
      const value = given[name];
      if (value === undefined || value === null) continue;
      headers[name] = typeof value === 'object' ? stringify(value) : String(value);
    }
    return headers;
  }

  function external(message) {
    if (message === null || typeof message !== 'object' || isArray(message))
      throw new TypeError('The script gave ' + typeof message + ', which is no external message; null drops it.');
    const { headers, contentType, textPayload, bytePayload } = message;
    const told = { headers: headersOf(headers) };
    if (contentType !== undefined && contentType !== null) {
      if (typeof contentType !== 'string') throw new TypeError("'contentType' of the external message is no string.");
      told.contentType = contentType;
    }
    const bytes = bytesOf(bytePayload);
    if (bytes !== undefined) {
      told.bytes = kept.length;
      kept[kept.length] = bytes;
    } else if (typeof textPayload === 'string') told.text = textPayload;
    else throw new TypeError("The external message has neither a string as 'textPayload' nor bytes as 'bytePayload'.");
    return told;
  }

  function received(headers, textPayload, bytePayload) {
    const { 'content-type': contentType = null } = headers;
    if (state.to === usual) return mapToDittoProtocolMsg(headers, textPayload, bytePayload, contentType);
    return state.to({ headers, textPayload, bytePayload, contentType });
  }

  function incoming(headers, textPayload, bytePayload) {
    return received(parse(headers), textPayload, bytePayload);
  }

  function outgoing(text) {
    kept = [];
    const result = state.from(parse(text));
    const all = result === null ? [] : isArray(result) ? elements(result) : [result];
    for (let i = 0; i < all.length; i++) all[i] = external(all[i]);
    return all;
  }

  // An outcome as JSON, where it cannot be read from outside.
  function tell(outcome) {
    const text = stringify(isArray(outcome) ? elements(outcome) : outcome);
    if (typeof text !== 'string') throw new TypeError('The script gave ' + typeof outcome + ' for a message; null drops it.');
    return text;
  }

  function takeBytes(index) {
    return kept[index];
  }

  // What an error says, as far as that can be found out; no prototype has a say in it.
  function describe(error) {
    try {
      if (error === null || typeof error !== 'object') return stringify({ __proto__: null, message: String(error) });
      const { name, message, stack } = error;
      return stringify({ __proto__: null, name: String(name), message: String(message), stack: String(stack) });
    } catch (again) {
      return stringify({ __proto__: null, message: 'an error that cannot be told' });
    }
  }

  const language = ['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Date', 'RegExp', 'Math', 'JSON',
    'Reflect', 'Promise', 'Map', 'Set', 'WeakMap', 'WeakSet', 'ArrayBuffer', 'DataView', 'Uint8Array', 'Int8Array', 'Uint16Array',
    'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'Uint8ClampedArray', 'Error', 'TypeError', 'RangeError',
    'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'Ditto', 'dcodeIO'];

  // Gives what the language is made of, the global object first: it is watched from outside.
  function loaded({ to, from }) {
    state = { to, from };
    const all = [globalThis];
    for (let i = 0; i < language.length; i++) {
      const one = globalThis[language[i]];
      if (one === undefined || one === null) continue;
      all[all.length] = one;
      if (typeof one !== 'function' || !one.prototype) continue;
      all[all.length] = one.prototype;
      // QuickJS makes these texts when they are first read, as it does functions; from outside they look like any that a script could write.
      made = [one.prototype.name, one.prototype.message];
    }
    all[all.length] = getPrototypeOf(Uint8Array.prototype);
    return all;
  }

  // Whether what objects and arrays have in common says nothing of JSON.
  function isPlain() {
    return !('toJSON' in {}) && !('toJSON' in []) && getPrototypeOf(Array.prototype) === Object.prototype;
  }

  return { received, incoming, outgoing, tell, parse, takeBytes, describe, loaded, isPlain };
})()
`;
