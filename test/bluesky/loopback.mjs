// Loaded before everything else: whatever the reference network's services ask for, they listen on loopback only, and
// nothing they print lands between the lines of JSON on stdout.
import net from 'node:net'

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  const [first, second] = args
  if (first !== null && typeof first === 'object' && !('fd' in first) && first.path === undefined) {
    args[0] = { ...first, host: '127.0.0.1' }
  } else if (first === undefined || typeof first === 'function') {
    args.unshift({ port: 0, host: '127.0.0.1' })
    if (first === undefined) args.splice(1, 1)
  } else if (typeof first === 'number' || /^\d+$/.test(String(first))) {
    if (typeof second === 'string') args[1] = '127.0.0.1'
    else args.splice(1, 0, '127.0.0.1')
  }
  return listen.apply(this, args)
}

for (const name of ['log', 'info', 'debug', 'table', 'dir']) console[name] = console.error
