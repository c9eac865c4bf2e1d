"""The phrases for patients and students, in plain English.

Short sentences, everyday words, units explained, nothing that alarms or reassures beyond what
was measured. Spots stand for lesions. Numbers that explain a unit are written as words.
"""

SIZES = (
    "{lesion.#.longest_diameter} across now, {change.lesion.#.earlier_diameter} before"
    "{~change.lesion.#.longest_diameter}{~change.lesion.#.status}"
)

PLAIN = {
    "title": "This liver scan in plain words",
    "section.technique": "What was looked at",
    "section.comparison": "The earlier scan",
    "section.liver": "The liver",
    "section.lesions": "Spots in the liver",
    "section.change": "What has changed",
    "section.impression": "In short",
    "section.limitations": "What this report cannot tell",
    "scan": "A CT scan is a stack of X-ray pictures, and this one has {scan.slices} of them.",
    "scan.synthetic": "The scan was made by a computer for teaching and shows no real "
    "person{~scan.synthetic}.",
    "method": "A computer program outlined the liver and looked for spots in it, without the help "
    "of a doctor{~preset}.",
    "method.decided": "A computer program outlined the liver and looked for spots in it; a person "
    "then decided on single spots{~preset}{~rejected.count}{~confirmed.count}.",
    "method.corrected": "A computer program outlined the liver and its spots; a person "
    "then put its outlines right{~preset}{~corrections.count}.",
    "method.brought": "The outlines of the liver and its spots came with a file{~brought}.",
    "corrections.one": "A person changed the outlines by hand once{~corrections.count}.",
    "corrections.many": "A person changed the outlines by hand {corrections.count} times.",
    "quality": "A remark on the pictures: {quality.#}",
    "comparison.none": "There is no earlier scan to compare with{~study.earlier}.",
    "comparison": "This scan was compared with an earlier one, “{study.earlier.source}”.",
    "comparison.days.none": "Both scans were made on the same day{~study.earlier.days}.",
    "comparison.days.one": "The earlier scan was made one day before{~study.earlier.days}.",
    "comparison.days.many": "The earlier scan was made {study.earlier.days} days before.",
    "comparison.doubtful": "The liver looks so different in the two scans that they may not be of "
    "one person; please check{~study.earlier.overlap}.",
    "comparison.settings": "The program was set in another way for the earlier scan, and that "
    "alone can change the numbers{~study.earlier.same_settings}.",
    "liver.volume": "The liver has a volume of {liver.volume}, {liver.volume_judgement} of "
    "{liver.volume_reference} for adults.",
    "liver.size_matters": "Small people have small livers and tall people large ones, and the "
    "scan does not tell how tall a person is{~liver.volume_judgement}.",
    "liver.volume.cut": "The scan does not show all of the liver{~scan.coverage}; the part that it "
    "shows has {liver.volume}.",
    "explain.ml": "A milliliter (mL) is a thousandth of a liter; a teaspoon holds about "
    "five{~liver.volume}.",
    "liver.density": "On the scan the liver has a mean brightness of {liver.mean_hu}.",
    "explain.hu": "HU is how CT counts brightness: water is zero, air is minus one thousand, and "
    "bone is several hundred{~liver.mean_hu}.",
    "liver.warning": "A remark on the liver: {liver.warning.#}",
    "lesions.none": "The program marked no spot in the liver{~lesion.count}"
    "[[{~thresholds.tumor}]].",
    "lesions.caution": "It can miss small or faint spots, so this alone does not mean that there "
    "are none{~lesion.count}.",
    "lesions.none.left": "No spot is left in the liver{~lesion.count}[[{~thresholds.tumor}]].",
    "lesions.one": "The program marked one spot in the liver, which is {tumor.burden} of its "
    "volume{~lesion.count}.",
    "lesions.many": "The program marked {lesion.count} spots in the liver, together {tumor.burden} "
    "of its volume.",
    "explain.spot": "A spot is a place that looks to the program unlike the liver around it; it "
    "can have many causes, harmless ones too{~lesion.count}.",
    "specks.one": "One of them is so small that it may be nothing{~lesion.specks}.",
    "specks.many": "{lesion.specks} of them are so small that they may be nothing.",
    "rejected.one": "A person rejected one place that the program had marked, "
    "{rejected.longest_diameter} long{~rejected.count}.",
    "rejected.many": "A person rejected {rejected.count} places that the program had marked.",
    "lesions.range": "Such figures are often off: by what was wrong in other patients, the true "
    "share of the liver may be anything in the range {tumor.burden_range}.",
    "lesions.order": "The five largest are described here{~rest.count}.",
    "lesion.size": "Spot {lesion.#.number} is {lesion.#.longest_diameter} long and "
    "{lesion.#.short_diameter} wide; it is best seen on picture {lesion.#.slice}.",
    "explain.mm": "Ten millimeters (mm) are one centimeter{~largest.longest_diameter}.",
    "lesion.place.span.lobe": "It lies in the {lesion.#.location}, as seen from the "
    "patient{~lesion.#.lobe}.",
    "lesion.place.span.unknown": "It lies in the {lesion.#.location}, as seen from the patient.",
    "lesion.place.single.lobe": "It lies in the {lesion.#.location}, as seen from the patient, "
    "and is on one picture only{~lesion.#.lobe}{~lesion.#.slices}.",
    "lesion.place.single.unknown": "It lies in the {lesion.#.location}, as seen from the patient, "
    "and is on one picture only{~lesion.#.slices}.",
    "lesion.darker": "It is darker than the liver around it{~lesion.#.contrast_hu}.",
    "lesion.brighter": "It is brighter than the liver around it{~lesion.#.contrast_hu}.",
    "lesion.alike": "It is about as bright as the liver around it{~lesion.#.contrast_hu}.",
    "lesion.real": "The program takes spot {lesion.#.number} to be real with a probability of "
    "{lesion.#.real}.",
    "lesion.confirmed": "A person confirmed spot {lesion.#.number}{~lesion.#.confirmed}.",
    "rest.one": "One more spot is {rest.longest_diameter} long{~rest.count}.",
    "rest.many": "The other {rest.count} spots are up to {rest.longest_diameter} long.",
    "doubt.lesion": "The program is not sure about spot {lesion.#.number}{~doubt.lesion.#}.",
    "doubt.uncalled": "There is more of the liver, {doubt.uncalled_volume}, that the program is "
    "not sure about.",
    "explanation": "On picture {explanation.slice}, {explanation.share_tumor} of what moved the "
    "program to its answer lay on the spots{~explanation.method}.",
    "change.grown": f"Spot {{lesion.#.number}} is larger than before: {SIZES}.",
    "change.shrunk": f"Spot {{lesion.#.number}} is smaller than before: {SIZES}.",
    "change.stable": "Spot {lesion.#.number} has not changed by more than the measurement can "
    f"tell: {SIZES}.",
    "change.reshaped": f"Spot {{lesion.#.number}} has another shape than before: {SIZES}.",
    "change.new": "Spot {lesion.#.number} was not marked in the earlier "
    "scan{~change.lesion.#.status}.",
    "change.split": "Spot {lesion.#.number} was part of a larger spot "
    "before{~change.lesion.#.status}.",
    "change.unseen": "The earlier scan does not show the place of spot "
    "{lesion.#.number}{~change.lesion.#.status}.",
    "change.rest": "Of all spots, larger than before: {change.grown_lesions}, smaller: "
    "{change.shrunk_lesions}, not marked before: {change.new_lesions}.",
    "change.gone.one": "One spot of the earlier scan is not marked any more{~change.gone_lesions}.",
    "change.gone.many": "{change.gone_lesions} spots of the earlier scan are not marked any more.",
    "change.merged.one": "One spot of the earlier scan has grown together with "
    "another{~change.merged_lesions}.",
    "change.merged.many": "{change.merged_lesions} spots of the earlier scan have grown together "
    "with others.",
    "change.neither": "No spot was marked in either scan{~study.earlier.lesion_count}"
    "{~lesion.count}.",
    "change.tumor.first": "No spot was marked in the earlier scan{~study.earlier.lesion_count}.",
    "change.liver": "The liver has {liver.volume} now and had {study.earlier.liver_volume} before.",
    "change.liver.within": "The liver is as large as before, as far as the measurement can tell: "
    "{liver.volume} now and {study.earlier.liver_volume} before.",
    "impression.no_liver": "The program found no liver in this scan{~liver.warning.1}, so it could "
    "measure nothing.",
    "impression.none": "The program marked no spot, but it can miss some{~lesion.count}.",
    "impression.none.left": "After a person decided on what the program had marked, no spot is left"
    "{~lesion.count}{~rejected.count}; some may have been missed.",
    "impression.one": "The program marked one spot, {largest.longest_diameter} "
    "long{~lesion.count}.",
    "impression.many": "The program marked {lesion.count} spots; the longest is "
    "{largest.longest_diameter}.",
    "impression.liver": "The liver has {liver.volume}, {liver.volume_judgement}.",
    "impression.liver.cut": "The scan shows only a part of the liver{~scan.coverage}.",
    "impression.change": "Compared with the earlier scan, not marked before: "
    "{change.new_lesions}, larger: {change.grown_lesions}, smaller: {change.shrunk_lesions}, not "
    "marked any more: {change.gone_lesions}.",
    "impression.doctor": "Please talk about this scan with a doctor, who knows more than the scan "
    "shows{~software.version}.",
    "impression.notice": "This report is for research and teaching only; it is not a "
    "diagnosis{~software.version}.",
    "limits.evaluation": "In a test on {evaluation.patients} other people the program found "
    "{evaluation.found} of {evaluation.lesions} spots, and {evaluation.true} of the "
    "{evaluation.called} spots that it marked were real.",
    "limits.unknown": "How often the program errs with these settings is not known{~thresholds}.",
    "limits.brought": "How exact those outlines are is not known here{~brought}.",
    "limits.uncertainty": "Lengths may be off by about "
    "{measurement.diameter_uncertainty}, and more where the outline is wrong.",
    "limits.change": "The program may outline the same spot in another way on another scan, so a "
    "change may come from that alone{~study.earlier.overlap}.",
    "cannot.li_rads": "It gives no score of the risk of cancer{~scan.contrast}.",
    "cannot.kind": "It cannot tell what a spot is{~scan.contrast}.",
    "cannot.steatosis": "It cannot tell whether there is fat in the liver{~scan.contrast}.",
    "cannot.vessels": "It does not look at the blood vessels of the liver{~scan.contrast}.",
    "cannot.outside": "It looks at the liver only, and at nothing else in the "
    "body{~scan.contrast}.",
    "cannot.response": "It cannot tell whether a treatment works{~scan.contrast}.",
}
