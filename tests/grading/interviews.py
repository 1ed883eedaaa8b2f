"""Interviews for the tests of the grader: one with substance, one recited, and ways to spoil them."""

from interviewer.transcript import Transcript, transcript_from

QUESTIONS = [
    "I'd like you to design the home page of a large video platform. Over to you.",
    "How would you set it up as a learning problem?",
    "Let's talk about data.",
    "Which model would you use?",
    "How do you know that it is any good?",
    "How does it run?",
    "It is live. What do you watch?",
]
REASONED = [
    "Before I design anything, what are we after, people coming back next month or just minutes today? Because if "
    "it is minutes I'd push long videos. And how many people open it, say eighty million a day, five times each, "
    "that's about five thousand a second, so I can't score everything for each of them and need two stages.",
    "So for a person and a video I'd predict a few things separately, did they stay past the first half minute, "
    "did they hide it, did they come back tomorrow. One label won't do, since a click on a shouting thumbnail is "
    "not a good thing. I'd weigh hides heavily because they're rare, and tune the weights against the survey.",
    "One row is a video that was really on the screen. If it was below the fold it isn't a no, nobody saw it, so "
    "I'd log that from the phone. Features as they were at that moment, so logged when served, otherwise the view "
    "count from next week leaks in. And I split by time, train on four weeks and test on the next three days.",
    "First something dumb, the most watched in your language this week, and I expect it to get maybe half of the "
    "gain. Then a small model that fetches a thousand out of fifty million by dot product, and a bigger one that "
    "orders those. Popular ones turn up as negatives too often in the batch, so I subtract the log of how often "
    "they occur.",
    "Offline I'd only trust whether the chances are right, so of those I gave thirty percent, did three in ten "
    "stay. Then half of the people for four weeks, since in week one everything new looks good. If minutes go up "
    "but fewer return, I don't launch, even if the boss likes minutes. And hides must not rise by more than one "
    "percent.",
    "Two hundred milliseconds. Forty to fetch, in parallel, sixty for the features because that is the slow bit, "
    "fifty for the big model and the rest is slack. If the big model is late we show the order of the small one "
    "and count how often, because nobody complains and so nobody would ever notice. New versions go to one "
    "percent first.",
    "What would be green and still wrong is that the list narrows, we stop showing what people stopped watching "
    "because we stopped showing it. So I keep two percent with random picks at lower places and compare what they "
    "watch after ten weeks. And predicted against actual by hour and by country, off by a fifth for a day pages "
    "the on-call.",
]
RECITED = [
    "Great question, I'm passionate about this space. Requirements are scalability, low latency, high "
    "availability and personalisation. I'd align stakeholders on a north star and leverage an industry-standard "
    "multi-stage funnel, so we get the best of all worlds across the user, creator and platform ecosystem.",
    "It's a multi-objective multi-task learning to rank problem with a Pareto-optimal trade-off, plus a "
    "reinforcement learning view, with pointwise, pairwise and listwise losses combined in a hybrid that is best "
    "practice everywhere.",
    "Data is the foundation, garbage in, garbage out. Kafka, Flink, Spark, a lakehouse and a feature store "
    "guarantee point-in-time correctness. User, item, context and cross features. We handle imbalance, bias, "
    "leakage and missing values, and the platform takes care of consistency by design.",
    "The full modern stack: two-tower, graph networks, sequential transformers, DCN, MMoE, an LLM for embeddings, "
    "a diversity re-ranker and reinforcement learning on top, with bandits for exploration. All are "
    "complementary.",
    "Evaluation is multi-layered: AUC, NDCG, MAP, MRR, recall at k, coverage, novelty, serendipity. Online CTR, "
    "watch time, D1, D7, D30 retention with CUPED, interleaving and counterfactual estimators. I'd look at it "
    "holistically.",
    "Kubernetes with autoscaling, TensorRT, quantisation, distillation, gRPC, a service mesh, circuit breakers "
    "and multi-level caching, multi-region active-active. With GPUs inference isn't the bottleneck, we profile it "
    "in practice.",
    "Full observability with Prometheus and Grafana, drift with PSI, KL and KS, concept drift with ADWIN. The "
    "drift alarm triggers continuous training, validates and deploys automatically. A self-healing, holistic "
    "platform-first mindset.",
]


def interview(answers: list[str], questions: list[str] | None = None, **extras: object) -> Transcript:
    """An interview in which each question gets its answer."""
    turns: list[dict[str, object]] = []
    for question, answer in zip(questions or QUESTIONS, answers, strict=False):
        turns += [{"speaker": "interviewer", "text": question}, {"speaker": "candidate", "text": answer}]
    return transcript_from({"case": "video-recommendation", "level": "senior", "turns": turns} | extras)
