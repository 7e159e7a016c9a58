"""DistinctAD: Fang, Wu, Wu, Song and Chan, "DistinctAD: Distinctive Audio Description Generation
in Contexts", 2025. Equation numbers in this package are the paper's.

Data: what is said of which part of which film, and what CLIP sees there:

- `annotations`, `annotations_forms`, `annotations_drawn`, `annotations_writing`: tables
- `banks`, `banks_recognition`: characters, and who is seen where
- `clips`, `clips_stills`, `resizing`, `eyes`, `film_features`, `film_features_public`,
  `feature_cache`: frames and their embeddings
- `sequences`, `sequences_making`: N clips of a film that stand together, in batches

Stage I fits CLIP's eyes to films (section 3.1):

- `matching`: the losses, equations 1 to 3
- `towers`: CLIP, with every word of a sentence
- `adapting`: `adapt`, which trains and writes an ordinary CLIP checkpoint

Stage II tells what is new in each of N consecutive clips (section 3.2):

- `resampling`: the Perceiver, equation 4
- `bases`: contextual expectation-maximisation attention, equations 6 to 8
- `refining`: cross-attention to the bases and the sum of all three, equations 9, 10, 13 to 16
- `distinctive`: which words of a sentence its neighbours do not have
- `wording_losses`: equations 11 and 12
- `prompts`: pictures, names and faces in one prompt
- `language`: the frozen language model, with LoRA where asked for
- `narrator`: the whole model; `narrator_files` saves and loads it
- `narrator_training`: `train_narrator`, its run
- `speaking`, `narrating`: `narrate`, which has it tell films; `names_learnt` are those that it must
  not say of strangers
- `describing`: the narrator as a captioner of the main job, with `narrator_eyes`, the CLIP that it
  was trained on, and `agreeing`, how far its sentences can be trusted

A run from tables to predictions, which `scenewise distinctad` drives:

- `runs`: where everything about it lies
- `preparing`: its films, divided, and their descriptions
- `stages`: Stage I, Stage II, and telling films

What it looks like:

- `figures`: `draw_figures`, which draws those of a run; `figures_tsne`, `figures_similarity`,
  `figures_strips` and `figures_sentences` draw and measure from arrays and texts alone
- `reconstruction`: sentences read back from CLIP's text features (appendix A); `reconstructing` is
  the experiment as a part of a run

Import from the modules; those that compute load torch.
"""
