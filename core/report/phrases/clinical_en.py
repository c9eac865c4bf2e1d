"""The phrases of the clinical edition, in English."""

SIZES = (
    "{lesion.#.longest_diameter} after {change.lesion.#.earlier_diameter} "
    "(change {change.lesion.#.longest_diameter}), and {lesion.#.volume} after "
    "{change.lesion.#.earlier_volume} (change {change.lesion.#.volume})"
)
DENSITY = "[[; the tumor network's mean probability over it is {lesion.#.confidence}]]"

CLINICAL = {
    "title": "Liver CT: measurements of an automatic segmentation",
    "section.technique": "Technique",
    "section.comparison": "Comparison",
    "section.liver": "Findings: liver",
    "section.lesions": "Findings: lesions",
    "section.change": "Findings: change since the earlier study",
    "section.impression": "Impression",
    "section.limitations": "Limitations",
    # Technique and quality
    "scan": "{scan.modality} with {scan.slices} axial slices, {scan.length} from top to bottom, "
    "in voxels of {scan.spacing}.",
    "scan.thickness": "The header gives a slice thickness of {scan.slice_thickness}.",
    "scan.synthetic": "The scan is synthetic and shows no patient{~scan.synthetic}.",
    "scan.contrast": "Contrast agent: {scan.contrast}; the phase is not known.",
    "scan.note": "{scan.note.#}",
    "method": "Liver and lesions were outlined by neural networks alone, with the preset {preset}, "
    "a liver threshold of {thresholds.liver} and a tumor threshold of {thresholds.tumor}.",
    "method.decided": "Liver and lesions were outlined by neural networks, with the preset "
    "{preset}, a liver threshold of {thresholds.liver} and a tumor threshold of "
    "{thresholds.tumor}; a reader then decided on single lesions{~rejected.count}"
    "{~confirmed.count}.",
    "method.corrected": "Liver and lesions were outlined by neural networks, with the preset "
    "{preset}, a liver threshold of {thresholds.liver} and a tumor threshold of "
    "{thresholds.tumor}, and their outlines corrected by hand{~corrections.count}.",
    "method.brought": "The outlines of liver and lesions were brought in a file; no neural network "
    "made them{~brought}.",
    "corrections.one": "The outlines were corrected by hand once[[, by {corrections.by}]]"
    "{~corrections.count}.",
    "corrections.many": "The outlines were corrected by hand {corrections.count} times"
    "[[, by {corrections.by}]].",
    "corrections.tumor": "Before the corrections the tumor volume was {corrections.found_volume}"
    "[[; the Dice of tumor as found and as corrected is {corrections.tumor_dice}]].",
    "quality.none": "The quality check has no remarks{~quality.count}.",
    "quality": "{quality.#}",
    # Comparison
    "comparison.none": "No earlier study was given{~study.earlier}.",
    "comparison": "The earlier study is “{study.earlier.source}”.",
    "comparison.days.none": "It was made on the same day{~study.earlier.days}.",
    "comparison.days.one": "It was made on the day before{~study.earlier.days}.",
    "comparison.days.many": "It was made {study.earlier.days} days before.",
    "comparison.aligned": "Its liver was shifted by {study.earlier.shift} so that the centers of "
    "both livers meet; the two then overlap with a Dice of {study.earlier.overlap}.",
    "comparison.doubtful": "Livers of different patients overlap as "
    "little{~study.earlier.overlap}: check that both scans are of one patient.",
    "comparison.settings": "It was segmented with other settings or networks "
    "({study.earlier.settings}{~study.earlier.same_settings}), which alone may change the figures.",
    # Liver
    "liver.volume": "The liver, lesions included, has a volume of {liver.volume}, "
    "{liver.volume_judgement} of {liver.volume_reference} for adults; body size, on which the "
    "volume depends, is not known.",
    "liver.volume.cut": "The liver is {scan.coverage}; the part that the scan shows has "
    "{liver.volume}, lesions included, and is held against no published range.",
    "liver.density": "Its tissue, lesions left out, has a mean density of {liver.mean_hu} and a "
    "standard deviation of {liver.sd_hu}.",
    "liver.all_lesion": "All of it was called lesion, so there is no tissue to give a density "
    "of{~liver.mean_hu}.",
    "liver.warning": "{liver.warning.#}",
    "liver.confidence": "The liver network's mean probability over the liver is "
    "{confidence.liver}.",
    "liver.doubt": "Over several views of the scan its answers spread by {doubt.liver_rim} at the "
    "rim of the liver and by {doubt.liver_inside} inside (standard deviation).",
    # Lesions
    "lesions.none": "No lesion was called[[ at a tumor threshold of "
    "{thresholds.tumor}]]{~lesion.count}.",
    "lesions.caution": "This does not rule a lesion out{~lesion.count}: small and faint ones are "
    "missed.",
    "lesions.none.left": "No lesion is left[[ at a tumor threshold of {thresholds.tumor}]]"
    "{~lesion.count}.",
    "lesions.one": "One lesion was called[[ at a tumor threshold of {thresholds.tumor}]]"
    "{~lesion.count}; it makes up {tumor.burden} of the liver volume.",
    "lesions.many": "{lesion.count} lesions were called[[ at a tumor threshold of "
    "{thresholds.tumor}]]: {tumor.volume} in all, {tumor.burden} of the liver volume.",
    "specks.one": "One of them is a speck, hardly larger than a voxel{~lesion.specks}.",
    "specks.many": "{lesion.specks} of them are specks, hardly larger than a voxel.",
    "rejected.one": "The reader rejected what the networks had called a lesion of "
    "{rejected.longest_diameter} and {rejected.volume}{~rejected.count}: it counts as liver here.",
    "rejected.many": "The reader rejected {rejected.count} regions that the networks had called "
    "lesions, up to {rejected.longest_diameter} and together {rejected.volume}: they count as "
    "liver here.",
    "lesions.range": "By the errors found in patients whom the networks had not seen, the true "
    "share of the liver lies in the range {tumor.burden_range}.",
    "lesions.order": "The five largest by volume are described one by one{~rest.count}.",
    "lesion.size": "Lesion {lesion.#.number} measures {lesion.#.longest_diameter} × "
    "{lesion.#.short_diameter} on slice {lesion.#.slice} and has a volume of {lesion.#.volume}.",
    "lesion.place.span.lobe": "It lies in the {lesion.#.location} (slices {lesion.#.slices}; "
    "approximately the {lesion.#.lobe} lobe).",
    "lesion.place.span.unknown": "It lies in the {lesion.#.location} (slices {lesion.#.slices}; "
    "lobe {lesion.#.lobe}).",
    "lesion.place.single.lobe": "It lies in the {lesion.#.location} (slice {lesion.#.slices} "
    "alone; approximately the {lesion.#.lobe} lobe).",
    "lesion.place.single.unknown": "It lies in the {lesion.#.location} (slice {lesion.#.slices} "
    "alone; lobe {lesion.#.lobe}).",
    "lesion.darker": "With a mean of {lesion.#.mean_hu} it is darker than the liver (difference "
    f"{{lesion.#.contrast_hu}}){DENSITY}.",
    "lesion.brighter": "With a mean of {lesion.#.mean_hu} it is brighter than the liver "
    f"(difference {{lesion.#.contrast_hu}}){DENSITY}.",
    "lesion.alike": "With a mean of {lesion.#.mean_hu} it is as bright as the liver (difference "
    f"{{lesion.#.contrast_hu}}){DENSITY}.",
    "lesion.alone": f"Its mean is {{lesion.#.mean_hu}}{DENSITY}.",
    "lesion.real": "Judged as a whole, lesion {lesion.#.number} is real with a probability of "
    "{lesion.#.real}.",
    "lesion.confirmed": "The reader confirmed lesion {lesion.#.number}{~lesion.#.confirmed}.",
    "rest.one": "One further lesion measures {rest.longest_diameter} in longest diameter and "
    "{rest.volume}{~rest.count}.",
    "rest.many": "The other {rest.count} lesions measure up to {rest.longest_diameter} in longest "
    "diameter and {rest.volume} together.",
    "doubt.lesion": "Over several views of the scan the answers on lesion {lesion.#.number} spread "
    "by {doubt.lesion.#} (standard deviation): it is doubtful.",
    "doubt.uncalled": "Another {doubt.uncalled_volume} of liver tissue, not called lesion, is in "
    "doubt.",
    "explanation": "On slice {explanation.slice} the {explanation.method} map puts "
    "{explanation.share_tumor} of its weight on lesions, {explanation.share_liver} on the rest of "
    "the liver and {explanation.share_outside} outside it.",
    # Change
    "change.grown": "Lesion {lesion.#.number} is larger than before: "
    f"{SIZES}{{~change.lesion.#.status}}.",
    "change.shrunk": "Lesion {lesion.#.number} is smaller than before: "
    f"{SIZES}{{~change.lesion.#.status}}.",
    "change.stable": "Lesion {lesion.#.number} shows no change beyond the measurement's "
    f"uncertainty: {SIZES}{{~change.lesion.#.status}}.",
    "change.reshaped": "Lesion {lesion.#.number} has changed in shape: "
    f"{SIZES}{{~change.lesion.#.status}}.",
    "change.new": "Lesion {lesion.#.number} ({lesion.#.longest_diameter}) is new: none was called "
    "at its place in the earlier study{~change.lesion.#.status}.",
    "change.split": "Lesion {lesion.#.number} was part of a larger lesion in the earlier "
    "study{~change.lesion.#.status}.",
    "change.unseen": "Lesion {lesion.#.number} lies outside what the earlier scan shows, so "
    "nothing is known of its change{~change.lesion.#.status}.",
    "change.rest": "Of all lesions: larger {change.grown_lesions}, smaller "
    "{change.shrunk_lesions}, no change beyond the measurement's uncertainty "
    "{change.stable_lesions}, new {change.new_lesions}.",
    "change.gone.one": "One lesion of the earlier study, then {change.gone_diameter}, is no longer "
    "called{~change.gone_lesions}.",
    "change.gone.many": "{change.gone_lesions} lesions of the earlier study, then up to "
    "{change.gone_diameter}, are no longer called.",
    "change.merged.one": "One lesion of the earlier study has merged with "
    "another{~change.merged_lesions}.",
    "change.merged.many": "{change.merged_lesions} lesions of the earlier study have merged with "
    "others.",
    "change.neither": "No lesion was called in either study{~study.earlier.lesion_count}"
    "{~lesion.count}.",
    "change.sum": "{change.sum.name}: {change.sum.now} after {change.sum.earlier} "
    "(change {change.sum.percent}).",
    "change.sum.within": "That change lies within the measurement's "
    "uncertainty{~change.sum.percent}.",
    "change.sum.why_not": "It is no RECIST sum: {change.sum.why_not}.",
    "change.tumor": "All lesions together have {tumor.volume} after {study.earlier.tumor_volume} "
    "(change {change.tumor.volume}).",
    "change.tumor.within": "All lesions together show no change of volume beyond the "
    "measurement's uncertainty: {tumor.volume} after {study.earlier.tumor_volume} "
    "(change {change.tumor.volume}).",
    "change.tumor.first": "No lesion was called in the earlier study{~study.earlier.lesion_count}.",
    "change.liver": "The liver has {liver.volume} after {study.earlier.liver_volume} "
    "(change {change.liver.volume}).",
    "change.liver.within": "The liver shows no change of volume beyond the measurement's "
    "uncertainty: {liver.volume} after {study.earlier.liver_volume} "
    "(change {change.liver.volume}).",
    # Impression
    "impression.no_liver": "No liver was found{~liver.warning.1}, so nothing can be said of it.",
    "impression.none": "No lesion was called[[ at a tumor threshold of {thresholds.tumor}]]"
    "{~lesion.count}, which does not rule one out.",
    "impression.none.left": "No lesion is left after the reader's decisions{~lesion.count}"
    "{~rejected.count}, which does not rule one out.",
    "impression.one": "One lesion was called, {largest.longest_diameter} in longest diameter; "
    "tumor burden {tumor.burden}{~lesion.count}.",
    "impression.many": "{lesion.count} lesions were called, the longest "
    "{largest.longest_diameter} in diameter; tumor burden {tumor.burden}.",
    "impression.liver": "Liver volume {liver.volume}, {liver.volume_judgement}.",
    "impression.liver.cut": "Liver {scan.coverage}; volume of the part shown {liver.volume}.",
    "impression.change": "Since the earlier study: {change.new_lesions} new, "
    "{change.grown_lesions} larger, {change.shrunk_lesions} smaller, {change.gone_lesions} no "
    "longer called.",
    "impression.sum": "{change.sum.name}: {change.sum.now} after {change.sum.earlier} "
    "(change {change.sum.percent}).",
    "impression.notice": "These are measurements of outlines for research and teaching, "
    "not a diagnosis{~software.version}.",
    # Limitations
    "limits.evaluation": "On {evaluation.patients} patients of the data set {evaluation.data}, "
    "held out from training, these networks found {evaluation.found} of {evaluation.lesions} "
    "lesions, and of {evaluation.called} lesions that they called {evaluation.true} were true.",
    "limits.unknown": "How often these networks miss or invent lesions at these thresholds is not "
    "known{~thresholds}.",
    "limits.brought": "How exact the outlines are that were brought is not known here{~brought}.",
    "limits.uncertainty": "A diameter is uncertain by about one pixel "
    "({measurement.diameter_uncertainty}), a volume by half a voxel along its outline; errors of "
    "the outlines come on top.",
    "limits.confidence": "A network's probability is not the probability of a disease"
    "{~confidence.liver}.",
    "limits.alignment": "Two livers laid on each other by one shift still differ by breathing and "
    "posture, so small neighboring lesions may be confused{~study.earlier.shift}.",
    "limits.change": "The networks may outline the same lesion differently in two scans, so a "
    "change of a few millimeters may be theirs{~study.earlier.overlap}.",
    "cannot.li_rads": "A LI-RADS category cannot be given: it needs several contrast phases and "
    "knowledge of the patient{~scan.contrast}.",
    "cannot.enhancement": "Enhancement (arterial hyperenhancement, washout, capsule) cannot be "
    "assessed in one phase{~scan.contrast}.",
    "cannot.kind": "What a lesion is (cyst, hemangioma, metastasis, hepatocellular carcinoma or "
    "other) cannot be told from its outline{~scan.contrast}.",
    "cannot.steatosis": "Fat in the liver cannot be graded: its limits of density hold without "
    "contrast agent, and the phase is not known{~scan.contrast}.",
    "cannot.vessels": "Vessels and bile ducts are not outlined, so neither Couinaud segments nor "
    "invasion can be named; lobes are approximate{~scan.contrast}.",
    "cannot.outside": "Nothing outside the liver was looked at: no other organ, lymph node, fluid "
    "or bone{~scan.contrast}.",
    "cannot.response": "No response category is given: it needs all organs, all lesions and the "
    "smallest earlier sum{~scan.contrast}.",
}
