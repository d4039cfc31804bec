// The lines that load a model elsewhere.

const native = ['sklearn', 'pytorch', 'tensorflow', 'keras', 'xgboost', 'lightgbm', 'catboost', 'onnx', 'spacy', 'statsmodels', 'prophet', 'transformers', 'sentence_transformers', 'langchain', 'spark'];

/** Gives lines of Python that load what lies at an address of MLflow's. */
export function loadingLines(address: string, flavors: string[], server: string): string {
	const flavor = native.find((f) => flavors.includes(f));
	const lines = ['import mlflow', '', `mlflow.set_tracking_uri(${quote(server)})`];
	if (flavors.length === 0 || flavors.includes('python_function')) lines.push(`model = mlflow.pyfunc.load_model(${quote(address)})`, 'model.predict(data)');
	if (flavor) lines.push(...(lines.length > 3 ? ['', `# or as what it is:`] : []), `model = mlflow.${flavor}.load_model(${quote(address)})`);
	return lines.join('\n');
}

/** Writes text as Python does; what JSON escapes, Python reads likewise. */
function quote(text: string): string {
	return JSON.stringify(text);
}
