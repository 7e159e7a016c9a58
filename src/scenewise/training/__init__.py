"""One training loop for every model.

Import from its modules; only those that train load torch:

- `options`: `TrainingOptions`
- `loop`: `fit`
- `prefetch`: `prefetched`, batches made ahead in a thread
- `contrastive`: the symmetric loss of CLIP
- `gradient_cache`: large batches in little memory
- `checkpoints`: `load_weights` of a run
- `curves`: `plot_losses` of a run
- `launching`: `together`, joining the processes that were started for one run
- `processes`: what they have to tell each other
"""
