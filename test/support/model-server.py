"""Fits small models of scikit-learn on data that come with it, stores them as MLServer wants them, and prints as JSON what they say.

Called with the folder of the models.
"""

import json
import pathlib
import sys

import joblib
import numpy
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression

ROWS = slice(0, 150, 5)


def store(folder, name, model):
    place = folder / name
    place.mkdir(parents=True)
    joblib.dump(model, place / "model.joblib")
    settings = {
        "name": name,
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": "./model.joblib", "version": "v1"},
    }
    (place / "model-settings.json").write_text(json.dumps(settings))


def iris(folder):
    """A classifier, with probabilities."""
    data = load_iris()
    model = LogisticRegression(max_iter=1000).fit(data.data, data.target)
    store(folder, "iris", model)
    rows = data.data[ROWS]
    return {
        "columns": list(data.feature_names),
        "rows": rows.tolist(),
        "predict": model.predict(rows).tolist(),
        "predict_proba": model.predict_proba(rows).tolist(),
    }


def diabetes(folder):
    """A regression by trees, which takes missing values."""
    data = load_diabetes()
    model = HistGradientBoostingRegressor(random_state=1).fit(data.data, data.target)
    store(folder, "diabetes", model)
    rows = data.data[ROWS].copy()
    rows[1, 2] = numpy.nan
    predictions = model.predict(rows).tolist()
    printed = [[None if numpy.isnan(value) else value for value in row] for row in rows.tolist()]
    return {"columns": list(data.feature_names), "rows": printed, "predict": predictions}


def table(folder):
    """A regression of named columns, whose order counts."""
    data = load_diabetes(as_frame=True)
    frame = data.data[["bmi", "bp", "s5"]]
    model = LinearRegression().fit(frame, data.target)
    store(folder, "table", model)
    rows = frame.iloc[ROWS]
    return {"columns": list(frame.columns), "rows": rows.values.tolist(), "predict": model.predict(rows).tolist()}


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    print(json.dumps({"iris": iris(target), "diabetes": diabetes(target), "table": table(target)}))
