raise ImportError("no ONNX Runtime")
