"""Classifying texts: settings, data, training, prediction and reports of text classifiers."""
