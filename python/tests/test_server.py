"""Whether the user learns that hooks will not fire."""

import contextlib
import http.server
import io
import json
import threading
import types
import unittest

from bellhop import _server


class ServerTest(unittest.TestCase):
    def serve(self, status, body):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                paths.append(self.path)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        paths = []
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}", paths

    def said(self, address, **run):
        run = types.SimpleNamespace(settings=types.SimpleNamespace(base_url=address), offline=False, disabled=False, **run)
        return self.said_of(run)

    def said_of(self, run):
        out = io.StringIO()
        with contextlib.redirect_stderr(out):
            _server.warn_unless_ours(run)
        return out.getvalue()

    def test_our_own_server_is_not_warned_of(self):
        address, paths = self.serve(200, json.dumps({"info": {"title": "Bellhop"}}))
        self.assertEqual(self.said(address), "")
        self.assertEqual(paths, ["/api/v1/openapi.json"])

    def test_another_server_is_named_once(self):
        for status, body in ((404, "not found"), (200, "<html>"), (200, '{"info": {"title": "Other"}}'), (200, "[]"), (302, "")):
            with self.subTest(status=status, body=body):
                address, paths = self.serve(status, body)
                self.assertIn(f"{address} is not a Bellhop server: the hooks of this run will not fire", self.said(address))
                self.assertEqual(self.said(address), "")
                self.assertEqual(len(paths), 1)

    def test_a_server_that_does_not_answer_is_neither(self):
        address, _ = self.serve(503, "")
        self.assertIn("did not say whether it is a Bellhop server", self.said(address))
        self.assertIn("did not say whether it is a Bellhop server", self.said("http://127.0.0.1:9"))

    def test_offline_and_disabled_runs_ask_nobody(self):
        address, paths = self.serve(404, "")
        settings = types.SimpleNamespace(base_url=address)
        self.assertEqual(self.said_of(types.SimpleNamespace(settings=settings, offline=True, disabled=False)), "")
        self.assertEqual(self.said_of(types.SimpleNamespace(settings=settings, offline=False, disabled=True)), "")
        self.assertEqual(paths, [])

    def test_a_run_of_another_shape_raises_nothing(self):
        self.assertIn("could not find out", self.said_of(types.SimpleNamespace()))


if __name__ == "__main__":
    unittest.main()
