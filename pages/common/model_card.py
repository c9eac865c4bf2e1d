"""A trained network's card, for people."""

from typing import Any

import streamlit as st


def model_card(name: str, card: dict[str, Any]) -> None:
    """Show what a network was trained on, how, and under which licences."""
    training, validation = card["data"]["training"], card["data"]["validation"]
    with st.expander(f"{name}: {card['model']}", icon=":material/badge:"):
        st.markdown(
            f"{card['intended_use']}  \n"
            f"**Training** {training['slices']:,} slices of {len(training['patients'])} patients "
            f"({training['slices_with_tumor']:,} slices with tumor)  \n"
            f"**Validation** {validation['slices']:,} slices of "
            f"{_patients(training['patients'], validation['patients'])}  \n"
            f"**Encoder start** {card['recipe']['encoder_weights']}  \n"
            f"{_length(card)}  \n"
            f"**Data licences** {'; '.join(card['data']['licences'])}  \n"
            f"**Commit** `{card['commit']}`, seed {card['recipe']['seed']}"
        )
        st.json(card, expanded=False)


def _length(card: dict[str, Any]) -> str:
    """Say how long it was trained, and what validation said of the epoch that was kept."""
    if "kept_epoch" not in card:
        recipe = card["recipe"]
        return f"**Length** {recipe['slices_drawn']:,} slices in {recipe['cycles']} cycles"
    kept = card["kept_epoch"]
    return (
        f"**Kept epoch** of {card['epochs_run']}: validation loss {kept['val_loss']:.3f}, soft "
        f"Dice of the batches {kept['val_dice_coefficient']:.3f}"
    )


def _patients(training: list[str], validation: list[str]) -> str:
    """Say who was validated on, and whether they trained the network as well."""
    names = ", ".join(validation)
    shared = len(set(training) & set(validation))
    if not shared:
        return f"{len(validation)} other patients: {names}"
    return f"{len(validation)} patients, {shared} of them also trained on: {names}"
