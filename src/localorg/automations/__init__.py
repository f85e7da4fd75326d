"""What the org does by itself when a record of an object is saved."""

from collections.abc import Mapping

from localorg.automations.base import Automation
from localorg.automations.case import CaseAutomation
from localorg.automations.content import ContentVersionAutomation
from localorg.automations.email_message import EmailMessageAutomation
from localorg.automations.entitlements import CaseMilestoneAutomation
from localorg.automations.knowledge import ArticleAutomation, CategorySelectionAutomation
from localorg.automations.people import ContactAutomation, UserAutomation
from localorg.automations.sign_in import TwoFactorInfoAutomation, UserLoginAutomation

AUTOMATIONS: Mapping[str, Automation] = {
    "Case": CaseAutomation(),
    "Contact": ContactAutomation(),
    "ContentVersion": ContentVersionAutomation(),
    "CaseMilestone": CaseMilestoneAutomation(),
    "EmailMessage": EmailMessageAutomation(),
    "Knowledge__DataCategorySelection": CategorySelectionAutomation(),
    "Knowledge__kav": ArticleAutomation(),
    "TwoFactorInfo": TwoFactorInfoAutomation(),
    "User": UserAutomation(),
    "UserLogin": UserLoginAutomation(),
}
