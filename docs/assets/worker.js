// Browsers start no workers from file://, and the search runs in one. Here it runs in a hidden frame instead, so that the
// site can be searched without a web server. docs/localize.py puts this file in place of the remote script that Zensical names.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      document.body.append(this.frame)
      const inside = this.frame.contentWindow
      inside.postMessage = data => setTimeout(() => this.tell("message", { data: structuredClone(data) }))
      this.ready = new Promise((loaded, failed) => {
        const script = inside.document.createElement("script")
        script.src = url
        script.onload = loaded
        script.onerror = failed
        inside.document.body.append(script)
      })
      this.ready.catch(() => this.tell("error", {}))
    }

    tell(type, details) {
      const event = new MessageEvent(type, details)
      this["on" + type]?.(event)
      this.dispatchEvent(event)
    }

    postMessage(data) {
      const inside = this.frame.contentWindow
      const message = new inside.MessageEvent("message", { data: structuredClone(data) })
      this.ready.then(() => setTimeout(() => inside.dispatchEvent(message)), () => {})
    }

    terminate() {
      this.frame.remove()
    }
  }
}
